"""`install` at a real terminal: an answer that is none, then one; Ctrl-C at the question and while apt is at work."""

from __future__ import annotations

import os
import pty
import select
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from arriero.core.paths import PROJECT_ROOT
from bare_host import BareHost, bare_host

APT = (
    'case "$*" in *install*) trap "echo left in order; exit 130" INT; echo at work; while :; do sleep 0.05; done;; esac'
)
CTRL_C = b"\x03"


@pytest.fixture
def bare(tmp_path: Path) -> BareHost:
    made = bare_host(tmp_path)
    made.sudo("allows")
    made.tool("dpkg-query", "exit 1")
    made.tool("apt-get", APT)
    (tmp_path / "release").write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
    return made


class Terminal:
    """A program on a terminal of its own; `said` is all that it has written so far."""

    def __init__(self, bare: BareHost) -> None:
        self.said = ""
        self._folder = bare.folder
        environ = {**bare.host.environ, "LANG": "en_US.UTF-8", "TERM": "xterm", "PYTHONDONTWRITEBYTECODE": "1"}
        environ |= {"ARRIERO_DATABASE": f"{bare.folder}/db", "ARRIERO_DOCKER__PACKAGES": "official"}
        environ |= {"STEP_OS_RELEASE": f"{bare.folder}/release", "DOCKER_HOST": f"unix://{bare.folder}/no.sock"}
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            line = [sys.executable, str(PROJECT_ROOT / "main.py"), "--backend", "docker", "install"]
            os.execve(sys.executable, line, environ)

    def until(self, seen: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not seen():
            assert time.monotonic() < deadline, self.said
            self._hear()

    def type(self, keys: bytes) -> None:
        os.write(self._fd, keys)

    def end(self) -> int:
        """Its exit code."""
        while self._hear():
            pass
        os.close(self._fd)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    @property
    def log(self) -> str:
        path = self._folder / "home/.local/state/arriero/logs/host.log"
        return path.read_text() if path.exists() else ""

    def _hear(self) -> bool:
        """False once nobody writes any more."""
        if not select.select([self._fd], [], [], 0.1)[0]:
            return True
        try:
            heard = os.read(self._fd, 4096)
        except OSError:  # Linux says EIO when the last program on the terminal has ended
            return False
        self.said += heard.decode(errors="replace")
        return bool(heard)


def outcomes(bare: BareHost) -> list[str]:
    with sqlite3.connect(bare.folder / "db") as db:
        return [row[0] for row in db.execute("SELECT outcome FROM transitions ORDER BY id")]


def test_ctrl_c_at_the_question_changes_nothing(bare: BareHost) -> None:
    terminal = Terminal(bare)
    terminal.until(lambda: "[y/n]" in terminal.said)
    terminal.type(CTRL_C)
    assert terminal.end() == 130
    assert "Interrupted." in terminal.said
    assert (terminal.log, outcomes(bare)) == ("", [])


def test_ctrl_c_while_packages_are_installed_is_waited_for_and_written_down(bare: BareHost) -> None:
    terminal = Terminal(bare)
    terminal.until(lambda: "[y/n]" in terminal.said)
    terminal.type(b"maybe\n")
    terminal.until(lambda: terminal.said.count("[y/n]") == 2)
    assert "Answer y (yes) or n (no)." in terminal.said
    terminal.type(b"y\n")
    terminal.until(lambda: "at work" in terminal.log)
    terminal.type(CTRL_C)
    assert terminal.end() == 130
    assert terminal.log.endswith("left in order\n")
    assert outcomes(bare) == ["begun", "interrupted"]
