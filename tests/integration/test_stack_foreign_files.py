"""Files that root left in a user's store, as a container does that runs as root: told, and mended where that needs no
root. The user is another one than the test's: a child drops its privileges, after the parent has loaded what it needs.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from registry_server import stock_registry
from version_world import Publisher, make_world

from arriero.core.progress import silent
from arriero.stack.pull import pull
from arriero.stack.verify import verify
from arriero.stack.world import World
from arriero.store import ProblemKind
from arriero.store.errors import StorePermission
from tiny_gguf import tiny_gguf

NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="arriero-foreign-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def world(needs_root: None, open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The slot's model, pulled, in a store that belongs to nobody."""
    (tmp_path / "tiny.gguf").write_bytes(tiny_gguf())
    with stock_registry(tmp_path) as host:
        publisher = Publisher.make(host, tmp_path / "published", tmp_path / "tiny.gguf")
        asyncio.run(publisher.publish("one"))
        for name in ("OLLAMA_MODELS", "HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
            (open_folder / name).mkdir()
            monkeypatch.setenv(name, str(open_folder / name))
        world = make_world(open_folder / "project", publisher.reference("one"))
        asyncio.run(pull(world, "tiny", silent))
        asyncio.run(verify(world, None, silent, mend=True))
        for path in (open_folder, *open_folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        yield world


def as_nobody(world: World, work: Callable[[World], None]) -> None:
    """`work` with a world of the child's own: a database is not to be shared across a fork."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work(make_world(world.configuration.settings.database.parent, world.slot("tiny").variants[0].reference))
        except BaseException as error:  # told to the parent by the exit status, and to the reader here
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def seize(path: Path) -> None:
    os.chown(path, 0, 0)
    path.chmod(0o600)


def test_a_blob_and_a_manifest_of_roots_are_told_and_mended(world: World) -> None:
    reference = world.slot("tiny").variants[0].reference
    params = world.store.get(reference).layer("params")
    assert params
    blob, manifest = world.store.blob_path(params.digest), world.store.manifests.joinpath(*reference.parts)
    seize(blob)

    def blob_mended(world: World) -> None:
        found = asyncio.run(verify(world, None, silent))
        assert {p.kind for p in found.problems} == {ProblemKind.FOREIGN_OWNER}
        assert [(b.path, b.fault) for b in found.bad] == [(str(blob), "unreadable")]
        assert asyncio.run(verify(world, None, silent, mend=True)).failures == ()

    as_nobody(world, blob_mended)
    seize(manifest)

    def manifest_mended(world: World) -> None:
        found = asyncio.run(verify(world, None, silent))
        assert [p.kind for p in found.problems] == [ProblemKind.MANIFEST_UNREADABLE]
        assert [type(f) for f in found.failures] == [StorePermission]
        assert asyncio.run(verify(world, None, silent, mend=True)).failures == ()

    as_nobody(world, manifest_mended)
    assert (blob.stat().st_uid, manifest.stat().st_uid) == (NOBODY, NOBODY)
    assert asyncio.run(verify(world, None, silent)).failures == ()


def test_folders_of_roots_are_told_and_need_root(world: World) -> None:
    reference = world.slot("tiny").variants[0].reference
    params = world.store.get(reference).layer("params")
    assert params
    seize(world.store.blob_path(params.digest))
    os.chown(world.store.blobs, 0, 0)

    def told(world: World) -> None:
        found = asyncio.run(verify(world, None, silent, mend=True))
        assert world.store.blobs in [p.path for p in found.problems if p.kind is ProblemKind.FOREIGN_OWNER]
        assert {f.code for f in found.failures} == {"registry.folder_refused", "model.blob_corrupt"}

    as_nobody(world, told)
