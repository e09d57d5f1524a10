"""main.sh: the first run makes the environment, later ones only use it, from anywhere and without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from planted_tree import PROJECT, Tree, answer

UV = Path(sys.executable).with_name("uv")


def test_first_run_through_a_link_from_another_folder(tree: Tree, tmp_path: Path) -> None:
    link = tmp_path / "arriero enlace"
    link.symlink_to(tree.root / "main.sh")
    elsewhere = tmp_path / "otro sitio"
    elsewhere.mkdir()
    first = tree.run("uno", "dos tres", script=link, cwd=elsewhere)
    assert answer(first) == [["uno", "dos tres"], str(elsewhere), str(tree.venv), 1]
    assert str(tree.venv) in first.stderr, "says what it makes"
    assert "Installing" in first.stderr, "shows progress"


def test_second_run_touches_nothing(ready_tree: Tree) -> None:
    shutil.rmtree(ready_tree.wheels)
    made_at = ready_tree.stamp.stat().st_mtime_ns
    again = ready_tree.run("x")
    assert answer(again)[0] == ["x"]
    assert again.stderr == ""
    assert ready_tree.stamp.stat().st_mtime_ns == made_at


def test_the_environment_brings_pip(ready_tree: Tree) -> None:
    shown = subprocess.run(
        [ready_tree.venv / "bin" / "python", "-m", "pip", "--version"], capture_output=True, check=True
    )
    assert str(ready_tree.venv).encode() in shown.stdout


def test_a_new_lock_makes_a_new_environment(ready_tree: Tree) -> None:
    (ready_tree.venv / "litter").touch()
    ready_tree.lock(2)
    assert answer(ready_tree.run())[3] == 2
    assert not (ready_tree.venv / "litter").exists()


def test_two_first_runs_at_once(tree: Tree) -> None:
    started = [tree.start(str(number)) for number in range(2)]
    ends = [(*process.communicate(timeout=100), process.returncode) for process in started]
    assert [(json.loads(out)[0], code) for out, _, code in ends] == [(["0"], 0), (["1"], 0)]
    assert sum("preparando" in err for _, err, _ in ends) == 1, "one of them made it, the other waited"


def test_uv_is_used_where_it_is(tree: Tree) -> None:
    tree.tool("uv", f'#!/bin/sh\necho "uv $1" >&2\nexec "{UV}" "$@"\n')
    tree.environ |= {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(tree.wheels), "UV_OFFLINE": "1"}
    first = tree.run("x")
    assert answer(first)[2:] == [str(tree.venv), 1]
    assert "uv venv" in first.stderr
    assert "uv pip" in first.stderr


@pytest.mark.timeout(400)
def test_the_real_lock(tmp_path: Path) -> None:
    """The whole thing as a newcomer has it: every pinned wheel from the index, then a run that cannot reach any.

    With uv, which is soon done; with pip the environment of the tests itself is made.
    """
    root, tools = tmp_path / "clon nuevo", tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").symlink_to(UV)
    with_uv = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
    for name in ("src", "requirements"):
        shutil.copytree(PROJECT / name, root / name)
    for name in ("main.sh", "main.py"):
        shutil.copy(PROJECT / name, root / name)
    command = [root / "main.sh", "version"]
    first = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=with_uv, timeout=360)
    assert first.returncode == 0, first.stderr
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "PIP_INDEX_URL", "UV_INDEX_URL"), "http://127.0.0.1:9")
    second = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=os.environ | nowhere)
    assert (second.returncode, second.stdout, second.stderr) == (0, first.stdout, "")
    imports = "import aiohttp, gotpl, pip, psutil, shtab, xllamacpp"
    subprocess.run([root / ".venv" / "bin" / "python", "-c", imports], check=True)
