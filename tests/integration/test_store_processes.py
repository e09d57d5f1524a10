"""Several processes at one store, and processes that die in the middle of writing it.

Each child stops at a point that it announces on stdout and goes on when it reads a line: nothing here waits for time.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from arriero.core.ids import Reference
from arriero.store import Store
from arriero.store.aside import PREFIX, aside_file, aside_folder, clear_abandoned
from arriero.store.importing import import_gguf
from tiny_gguf import Tensor, tiny_gguf

REFERENCE = Reference.parse("tiny:1")
SOURCE_ROOT = Path(__file__).parents[2] / "src"

# Imports argv[2] into the store argv[1]; pauses where argv[3] says.
IMPORTER = """
import sys
from pathlib import Path
from arriero.core.ids import Reference
from arriero.store import Store, store as store_module
from arriero.store.importing import import_gguf

root, path, point = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def pause():
    print(point, flush=True)
    sys.stdin.readline()

def report(progress):
    if point == "copying" and progress.done == 1 << 20:
        pause()

def before(owner, name):
    real = getattr(owner, name)
    def paused(*arguments):
        pause()
        return real(*arguments)
    setattr(owner, name, paused)

if point == "blobs stored":
    before(Store, "write_raw_manifest")
if point == "manifest aside":
    real = store_module.write_synced
    def write_synced(fd, chunks):
        written = real(fd, chunks)
        pause()
        return written
    store_module.write_synced = write_synced
model = import_gguf(Store(root), path, Reference.parse("tiny:1"), progress=report)
print(model.digest, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def three_megabytes(tmp_path: Path) -> Path:
    """A model large enough to be copied in more than one piece."""
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny_gguf(tensors=[Tensor("x", (768, 1024), 0, 3 << 20)]))
    return path


@contextmanager
def importer(store: Store, path: Path, point: str) -> Iterator[subprocess.Popen[str]]:
    """A child that has reached its point."""
    command = [sys.executable, "-c", IMPORTER, str(store.root), str(path), point]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE_ROOT)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{point}\n"
            yield process
        finally:
            process.kill()


def finish(process: subprocess.Popen[str]) -> str:
    """Lets the child go on; returns the digest that it printed."""
    said, _ = process.communicate("\n")
    assert process.returncode == 0
    return said.strip()


def asides(store: Store) -> list[Path]:
    return sorted(store.root.glob(f"{PREFIX}*"))


@pytest.mark.parametrize(
    ("point", "blobs_left"), [("copying", 0), ("blobs stored", 4), ("manifest aside", 4)], ids=lambda value: str(value)
)
def test_killed_anywhere_the_store_is_consistent_and_the_next_import_works(
    store: Store, three_megabytes: Path, point: str, blobs_left: int
) -> None:
    with importer(store, three_megabytes, point) as process:
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert len(list(store.blobs.iterdir())) == blobs_left
    assert len(asides(store)) == (0 if point == "blobs stored" else 1)
    assert (store.list(), store.problems()) == ([], [])
    assert [path for path in store.manifests.rglob("*") if path.is_file()] == []
    model = import_gguf(store, three_megabytes, REFERENCE)
    assert store.gguf_path(model).read_bytes() == three_megabytes.read_bytes()
    assert (asides(store), store.problems()) == ([], [])
    assert len(list(store.blobs.iterdir())) == 4


def test_two_processes_import_the_same_bytes_at_once(store: Store, three_megabytes: Path) -> None:
    """Both are in the middle of the copy before either goes on, and neither takes the other's file for litter."""
    with (
        importer(store, three_megabytes, "copying") as first,
        importer(store, three_megabytes, "copying") as second,
    ):
        assert len(asides(store)) == 2
        assert clear_abandoned(store.root) == []
        assert finish(first) == finish(second) == store.get(REFERENCE).digest
    assert len(list(store.blobs.iterdir())) == 4
    assert (asides(store), store.problems()) == ([], [])


def test_one_that_is_killed_leaves_the_other_alone(store: Store, three_megabytes: Path) -> None:
    with importer(store, three_megabytes, "copying") as survivor:
        with importer(store, three_megabytes, "copying") as victim:
            victim.kill()
            victim.wait()
        assert len(clear_abandoned(store.root)) == 1
        finish(survivor)
    assert [model.reference for model in store.list()] == [REFERENCE]


def test_a_deletion_waits_for_a_manifest_that_is_being_written(store: Store, three_megabytes: Path) -> None:
    """The child holds the store's lock: the deletion comes after, and sees what the new manifest needs."""
    other = Reference.parse("other:1")
    import_gguf(store, three_megabytes, other)
    with importer(store, three_megabytes, "manifest aside") as process:
        deletion = subprocess.Popen(
            [sys.executable, "-c", DELETER, str(store.root)],
            env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        with deletion:
            assert deletion.stdout is not None
            assert deletion.stdout.readline() == "waiting\n"
            assert store.find(other) is not None
            finish(process)
            assert deletion.stdout.readline() == "()\n"
    assert [model.reference for model in store.list()] == [REFERENCE]
    assert store.problems() == []


DELETER = """
import fcntl, sys
from pathlib import Path
from arriero.core.ids import Reference
from arriero.store import Store
real = fcntl.flock
def flock(fd, operation):
    if operation == fcntl.LOCK_EX:
        print("waiting", flush=True)
    real(fd, operation)
fcntl.flock = flock
print(Store(Path(sys.argv[1])).delete(Reference.parse("other:1")).removed_digests, flush=True)
"""


def test_an_aside_file_belongs_to_whoever_holds_it(tmp_path: Path) -> None:
    with aside_file(tmp_path) as held, aside_folder(tmp_path) as folder:
        (folder.path / "inside").write_text("x")
        assert clear_abandoned(tmp_path) == []
    assert not held.path.exists()
    assert not folder.path.exists()


def test_a_child_that_inherited_a_folder_keeps_it_from_being_cleared(tmp_path: Path) -> None:
    folder = tmp_path / f"{PREFIX}folder"
    folder.mkdir()
    owner = os.open(folder, os.O_RDONLY)
    fcntl.flock(owner, fcntl.LOCK_EX)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(owner,)) as child:
        os.close(owner)
        assert clear_abandoned(tmp_path) == []
        child.communicate()
    assert clear_abandoned(tmp_path) == [folder]


def test_what_nobody_holds_is_cleared_and_strangers_are_not(tmp_path: Path) -> None:
    litter = tmp_path / f"{PREFIX}dead"
    litter.write_bytes(b"half a blob")
    folder = tmp_path / f"{PREFIX}dead-folder"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "victim").write_text("not ours")
    link = tmp_path / f"{PREFIX}link"
    link.symlink_to(tmp_path / "victim")
    assert clear_abandoned(tmp_path) == [litter, folder]
    assert (tmp_path / "victim").read_text() == "not ours"
    assert link.is_symlink()
