"""Whom the card is given to: programs by name, and GameMode by its daemon's own word."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arriero.guard.programs import program, running

Start = Callable[[str], int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A process whose program has that name."""
    started: list[subprocess.Popen[bytes]] = []

    def make(name: str) -> int:
        code = "import sys; print(flush=True); sys.stdin.read()"
        process = subprocess.Popen(
            [name, "-c", code], executable=sys.executable, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        process.stdout.readline()
        started.append(process)
        return process.pid

    yield make
    for process in started:
        process.communicate()


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("/usr/games/supertux2", "-f"), "supertux2"),
        (("Z:\\games\\Doom\\doom.exe",), "doom"),
        (("dota2",), "dota2"),
        ((), ""),
    ],
)
def test_a_program_by_its_first_word(command: tuple[str, ...], name: str) -> None:
    assert program(command) == name


def test_a_listed_program_is_found_while_it_runs(start: Start) -> None:
    name = f"game-{os.getpid()}"
    assert running((name,)) == ""
    pid = start(f"/usr/games/{name}")
    assert running(("another", name)) == f"{name} ({pid})"
    assert running(("another",)) == ""


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo gamemode is active", "GameMode"),
        ("echo gamemode is inactive", ""),
        ("echo ERROR: gamemode status request failed; exit 1", ""),
    ],
)
def test_gamemode_is_asked_where_its_daemon_runs(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    """The answers are those of gamemoded 1.7."""
    client = tmp_path / "gamemoded"
    client.write_text(f'#!/bin/sh\n[ "$1" = -s ] && {script}\n')
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert running(()) == ""  # nobody to ask, and nobody is started for it
    start("gamemoded")
    assert running(()) == told
