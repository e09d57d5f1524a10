"""main.sh: whatever a first set-up left behind, the next run ends with a whole environment."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from planted_tree import Tree, answer


@pytest.fixture
def silent_index(tree: Tree) -> Iterator[socket.socket]:
    """A package index that takes the connection and never answers: pip hangs in the middle of its download."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        tree.environ.pop("PIP_NO_INDEX")
        tree.environ |= {"PIP_INDEX_URL": f"http://127.0.0.1:{server.getsockname()[1]}/simple", "NO_PROXY": "*"}
        tree.environ.pop("PIP_FIND_LINKS")
        yield server


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_first_set_up(tree: Tree, silent_index: socket.socket, end: signal.Signals) -> None:
    process = tree.start()
    connection, _ = silent_index.accept()
    os.killpg(process.pid, end)
    _, err = process.communicate(timeout=30)
    connection.close()
    assert not tree.stamp.exists()
    if end == signal.SIGINT:
        assert process.returncode == 130
        assert err.rstrip().splitlines()[-1] == f"arriero: interrumpido; para seguir: {quoted(tree)}"
    tree.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tree.wheels)}
    assert answer(tree.run())[3] == 1


def test_without_a_network(tree: Tree) -> None:
    shutil.rmtree(tree.wheels)
    first = tree.run("estado", "a b")
    assert (first.returncode, first.stdout) == (3, "")
    assert first.stderr.rstrip().splitlines()[-1].endswith(f"repite: {quoted(tree)} estado a\\ b")


def test_a_wheel_that_is_not_the_pinned_one(tree: Tree) -> None:
    lock = (tree.root / "requirements" / "runtime.txt").read_text()
    tree.lock(2)
    (tree.root / "requirements" / "runtime.txt").write_text(lock.replace("==1", "==2"))
    refused = tree.run()
    assert refused.returncode == 3
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert not tree.venv.exists()


def test_an_interpreter_that_went_away(ready_tree: Tree) -> None:
    python = ready_tree.venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    assert answer(ready_tree.run())[3] == 1


def test_a_full_disk(tree: Tree, tmp_path: Path, needs_root: None) -> None:
    disk = tmp_path / "disco"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "arriero-test", disk], check=True)
    try:
        shutil.copytree(tree.root, disk / "Arriero")
        tree.root = disk / "Arriero"
        full = tree.run()
        assert (full.returncode, full.stdout) == (3, "")
        last = full.stderr.rstrip().splitlines()[-1]
        assert last.startswith("arriero: disco lleno")
        assert last.endswith(f"repite: {tree.root}/main.sh")
        assert not tree.venv.exists(), "gives back what it took"
        subprocess.run(["mount", "-o", "remount,size=600m", disk], check=True)
        assert answer(tree.run())[3] == 1
    finally:
        subprocess.run(["umount", disk], check=True)


def quoted(tree: Tree) -> str:
    """The path of main.sh as bash's %q writes it: ready to be pasted."""
    return str(tree.root / "main.sh").replace(" ", "\\ ")
