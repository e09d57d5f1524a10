"""The unit that systemd would be given, as text; checked by systemd's own tool where that is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from arriero.runtime.native.options import Limits, Options, from_command
from arriero.runtime.native.systemd import render_unit, unit_name

OPTIONS = Options(
    slot="qwen",
    run_dir=Path("/run/user/1000/arriero"),
    log=Path("/home/ana/my logs/100%/qwen.log"),
    host="127.0.0.1",
    port=11434,
    settings_hash="abc",
    api_key_file="",
    limits=Limits(stop_s=3.0),
    engine=("/venv/bin/python", "-m", "arriero.engine", "--origin", 'say "$HOME" \\ %h'),
)
UNIT = render_unit(OPTIONS, sys.executable, {"PYTHONPATH": "/home/ana/a folder/src"})


def test_it_runs_the_supervisor_in_the_foreground_and_restarts_it_unless_it_gave_up() -> None:
    lines = UNIT.splitlines()
    assert "Type=exec" in lines
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=3 75" in lines
    assert "KillMode=mixed" in lines
    assert "TimeoutStopSec=5" in lines
    assert 'Environment="PYTHONPATH=/home/ana/a folder/src"' in lines
    assert '"--foreground" "--"' in UNIT


def test_what_stands_beside_the_slots_starts_at_login_and_what_it_starts_outlives_it() -> None:
    unit = render_unit(OPTIONS._replace(slot="_guard"), sys.executable, {}, beside=True)
    assert unit.endswith("\n[Install]\nWantedBy=default.target\n")
    assert "KillMode=process" in unit.splitlines()
    assert (unit_name("_guard"), unit_name("guard")) == ("arriero-guard.service", "arriero-engine-guard.service")


def test_words_reach_the_supervisor_as_they_are() -> None:
    (line,) = [line for line in UNIT.splitlines() if line.startswith("ExecStart=")]
    quoted = line.removeprefix("ExecStart=").removeprefix('"').removesuffix('"').split('" "')
    words = [word.replace("$$", "$").replace("%%", "%").replace('\\"', '"').replace("\\\\", "\\") for word in quoted]
    assert from_command(words) == OPTIONS


def test_a_word_of_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="two"):
        render_unit(OPTIONS._replace(engine=("one\ntwo",)), sys.executable, {})


def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    verifier = shutil.which("systemd-analyze")
    if not verifier:
        warnings.warn("systemd-analyze is not installed: the unit was checked as text only", stacklevel=1)
        return
    path = tmp_path / unit_name("qwen")
    path.write_text(UNIT)
    done = subprocess.run([verifier, "--user", "verify", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
