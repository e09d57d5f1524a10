"""What ends a measurement from outside: Ctrl-C at any of its steps, as a real signal to a real process; a full disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_measure_cli import timed

from arriero.core.paths import PROJECT_ROOT

Arriero = Callable[..., Any]
FOUR_KIB = "4096"


@pytest.mark.parametrize(
    ("said", "there", "missing"),
    [
        ("preparing to measure", set(), {"generation", "short", "crowd"}),
        ("measuring generation", set(), {"generation", "short", "crowd"}),
        ("measuring short answers", {"generation"}, {"ttft_fresh", "crowd"}),
        ("measuring how 64 tokens are read", {"generation", "short"}, {"edit", "crowd"}),
        ("measuring 2 at once", {"generation", "short", "ttft_fresh", "edit"}, set()),
    ],
)
def test_ctrl_c_tells_what_there_is(tmp_path: Path, said: str, there: set[str], missing: set[str]) -> None:
    with timed(token_s=0.002) as url:
        words = ["bench", "--url", url, "--quick", "--context", "64", "--json", "--lang", "en"]
        run = interrupted_at(said, words, tmp_path)
    told = json.loads(run.stdout)
    assert (run.returncode, told["errors"][0]["code"]) == (130, "interrupted")
    (measurement,) = told["data"]["measurements"]
    samples = {(f["name"], f["at"]): (f["samples"], f["mark"]) for f in measurement["figures"]}
    assert not measurement["whole"]
    assert {name for (name, _), (count, _) in samples.items() if count} >= there
    assert {mark for (name, _), (count, mark) in samples.items() if name in missing and not count} <= {"partial"}
    assert {name for (name, _), (count, _) in samples.items() if count}.isdisjoint(missing - {"generation"})


def interrupted_at(said: str, words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the program and presses Ctrl-C as soon as it narrates `said`."""
    environ = {**os.environ, "ARRIERO_DATABASE": str(folder / "models.db")}
    command = [sys.executable, str(PROJECT_ROOT / "main.py"), *words]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stderr
        assert any(said in line for line in process.stderr), said
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.fixture
def full_disk(tmp_path: Path, needs_root: None) -> Iterator[Path]:
    mount = tmp_path / "disk"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FOUR_KIB}", "tmpfs", str(mount)], check=True)
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


def test_a_full_disk_for_the_report_costs_no_figure(arriero: Arriero, full_disk: Path) -> None:
    with timed() as url:
        words = ("--url", url, "--quick", "--context", "64", "--report", str(full_disk / "report.html"))
        run = arriero("bench", *words, "--json")
    told = json.loads(run.out)
    (fault,) = told["errors"]
    assert (run.code, told["status"], fault["code"]) == (5, "partial", "file.refused")
    assert "No space left" in fault["message"]
    assert told["data"]["measurements"][0]["whole"]
    assert list(full_disk.iterdir()) == []


def test_a_history_that_cannot_be_written_costs_no_figure(
    arriero: Arriero, full_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARRIERO_DATABASE", str(full_disk / "models.db"))
    with timed() as url:
        run = arriero("bench", "--url", url, "--quick", "--context", "64", "--json")
    told = json.loads(run.out)
    assert (run.code, told["status"]) == (5, "partial")
    assert told["errors"][0]["code"].startswith("state.")
    assert told["data"]["measurements"][0]["whole"]
