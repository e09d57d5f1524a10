"""The app over ssh: a real server on loopback, a real client in a real terminal; also when the line is cut."""

from __future__ import annotations

import getpass
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from ports import free_port
from tui_terminal import LIMIT_S, MAIN, Terminal, opened, require

OURS = ("ARRIERO_", "XDG_", "OLLAMA_", "LC_", "HOME", "PATH")
SERVER = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/mine.pub
StrictModes no
UsePAM no
PidFile none
LogLevel ERROR
"""


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def command(self, *words: str) -> str:
        """What is typed to have it carried out over there, on a terminal."""
        over = ["ssh", "-F", "none", "-t", "-p", str(self.port), "-i", str(self.folder / "mine")]
        over += ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known"]
        return shlex.join([*over, f"{getpass.getuser()}@127.0.0.1", shlex.join(words)])


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    program, port = require("sshd", "openssh-server"), free_port()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # a server of root's asks for it
    for name in ("host", "mine"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(words, check=True)
    (folder / "config").write_text(SERVER.format(port=port, folder=folder))
    process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "config")])
    try:
        yield Server(folder, port, process)
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        for each in (process, *children):
            with_suppressed_end(each)
        process.wait(20)


def with_suppressed_end(process: subprocess.Popen[bytes] | psutil.Process) -> None:
    try:
        process.terminate()
    except psutil.NoSuchProcess:
        return


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as here:
        yield here


@pytest.fixture
def terminal(server: Server, free_port: int) -> Iterator[Terminal]:
    with opened(free_port) as here:
        here.type(server.command("env", *there(free_port), sys.executable, str(MAIN)))
        here.until_shows("Menú", "SmolLM2", "inactivo")
        yield here


def there(demo_port: int) -> list[str]:
    """The test's own home and settings, over there too."""
    given = [f"{name}={value}" for name, value in os.environ.items() if name.startswith(OURS)]
    return [*given, f"ARRIERO_DATABASE={os.environ['HOME']}/models.db", f"ARRIERO_SLOTS__DEMO__PORT={demo_port}"]


def app(server: Server) -> psutil.Process | None:
    family = psutil.Process(server.process.pid).children(recursive=True)
    return next(
        (each for each in family if each.status() != psutil.STATUS_ZOMBIE and str(MAIN) in each.cmdline()), None
    )


def test_from_the_first_screen_to_the_last(terminal: Terminal, server: Server) -> None:
    terminal.keys("?")
    terminal.until_shows("Ayuda", "Cerrar")
    terminal.keys("Escape")
    terminal.until_not("Cerrar")
    terminal.tmux("resize-window", "-x", "140", "-y", "40")
    terminal.until_shows("t tema   q salir")
    terminal.keys("s")
    terminal.until_shows("Ajustes", "de fábrica")
    terminal.keys("Escape")
    terminal.until_shows("Actividad")
    terminal.keys("q")
    terminal.until_not("Actividad")
    terminal.ask_the_shell("echo code $?")
    terminal.until_shows("code 0")


def test_a_line_that_is_cut_takes_the_app_with_it(terminal: Terminal, server: Server) -> None:
    running = app(server)
    assert running
    (session,) = [each for each in running.parents() if each.ppid() == server.process.pid]
    session.kill()
    deadline = time.monotonic() + LIMIT_S
    while running.is_running() and running.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the app outlived its line"
        time.sleep(0.05)
