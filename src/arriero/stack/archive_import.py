"""`import FILE.tar`: a model out of an archive into the store; nothing counts before its sha256 is right."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from arriero.core.ids import Reference
from arriero.core.progress import Progress, Report
from arriero.stack.archive import BLOCK, ArchiveReader, blob_name, pinned
from arriero.stack.errors import ArchiveInvalid, FileRefused
from arriero.stack.results import ImportedModel
from arriero.stack.targets import Target, find_target, target_of
from arriero.stack.world import World
from arriero.store import Store, manifest
from arriero.store.errors import StoreFull
from arriero.store.faults import free_bytes

if TYPE_CHECKING:
    from arriero.store.manifest import Layer, Manifest

STEP = "import.blob"
MAX_MANIFEST_BYTES = 4 << 20
MAX_BLOBS = 1000


def is_archive(file: Path) -> bool:
    """Whether it begins as a tar does; what cannot be read is none, and is told by who opens it next."""
    try:
        with file.open("rb") as source:
            return source.read(BLOCK)[257:262] == b"ustar"
    except OSError:
        return False


async def import_archive(world: World, file: Path, text: str | None, report: Report, *, dry_run: bool) -> ImportedModel:
    """Installs the archive's model under its own name, or as `text` (a slot or a reference).

    Raises ArchiveInvalid, FileRefused, the store's errors, VersionUndone when it replaces a version that serves.
    """
    if dry_run:
        reference, raw, found = await asyncio.to_thread(_peek, file)
        target = _target(world, reference, text)
        return ImportedModel(str(target.reference), "", found.size_bytes, target.slot_id, dry_run=True)
    from arriero.stack.switching import install_version

    with world.store.arriving():
        reference, raw, found = await asyncio.to_thread(_take_in, world.store, file, report)
        target = _target(world, reference, text)
        async with world.turn("import", report):
            switched = await install_version(world, "import", target, raw, report)
    return ImportedModel(str(target.reference), switched.after, found.size_bytes, target.slot_id, dry_run=False)


def _target(world: World, reference: Reference, text: str | None) -> Target:
    return target_of(world, reference) if text is None else find_target(world, text)


def _peek(file: Path) -> tuple[Reference, bytes, Manifest]:
    with _opened(file) as archive:
        return _read_manifest(archive)


def _take_in(store: Store, file: Path, report: Report) -> tuple[Reference, bytes, Manifest]:
    with _opened(file) as archive:
        reference, raw, found = _read_manifest(archive)
        waited_for = {layer.digest: layer for layer in found.blobs()}
        _require_room(store, waited_for)
        while member := archive.member():
            name, size_bytes = member
            layer = next((known for known in waited_for.values() if blob_name(known.digest) == name), None)
            if layer is None or layer.size_bytes != size_bytes:
                raise ArchiveInvalid(file, f"blob: {name[:80]!r}, {size_bytes} bytes")
            _store_blob(store, archive, layer, report)
            del waited_for[layer.digest]
        if waited_for:
            raise ArchiveInvalid(file, f"missing: {next(iter(waited_for))[:19]}")
    return reference, raw, found


def _read_manifest(archive: ArchiveReader) -> tuple[Reference, bytes, Manifest]:
    name, size_bytes = archive.member() or ("", 0)
    folder, *parts = name.split("/")
    reference = Reference(*parts) if folder == "manifests" and len(parts) == 4 else None
    if reference is None or not reference.valid or size_bytes > MAX_MANIFEST_BYTES:
        raise ArchiveInvalid(archive.path, "manifest")
    raw = b"".join(archive.chunks(size_bytes))
    try:
        found = manifest.parse(raw)
    except (ValueError, RecursionError) as error:
        raise ArchiveInvalid(archive.path, f"manifest: {error}") from error
    if len(found.layers) > MAX_BLOBS:
        raise ArchiveInvalid(archive.path, f"manifest: {len(found.layers)} layers")
    return reference, raw, found


def _store_blob(store: Store, archive: ArchiveReader, layer: Layer, report: Report) -> None:
    def told() -> Iterator[bytes]:
        done = 0
        for chunk in archive.chunks(layer.size_bytes):
            done += len(chunk)
            yield chunk
            report(Progress(STEP, layer.digest, done, layer.size_bytes))

    checked = pinned(told(), layer.digest, layer.size_bytes, lambda what: ArchiveInvalid(archive.path, what))
    store.add_chunks(checked, layer.media_type, layer.size_bytes)


def _require_room(store: Store, layers: dict[str, Layer]) -> None:
    needed = sum(size for d, size in ((d, la.size_bytes) for d, la in layers.items()) if not store.has_blob(d))
    free = free_bytes(store.root)
    if needed > free:
        raise StoreFull(store.root, needed, free)


@contextmanager
def _opened(file: Path) -> Iterator[ArchiveReader]:
    try:
        with file.open("rb") as source:
            yield ArchiveReader(source, file)
    except OSError as error:
        raise FileRefused(file, error.strerror or str(error)) from error
