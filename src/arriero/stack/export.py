"""`export SLOT|REFERENCE FILE`: an installed model as one file, every byte of it verified on its way out."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from arriero.core.progress import Report
from arriero.stack.archive import BLOCK, blob_name, header, manifest_name, padding, pinned
from arriero.stack.errors import BlobCorrupt, FileExists, FileRefused
from arriero.stack.targets import find_target
from arriero.stack.version_results import ExportedModel
from arriero.stack.world import World
from arriero.store import InstalledModel, Store
from arriero.store.blobs import file_chunks
from arriero.store.errors import BlobMissing
from arriero.store.manifest import Layer

STEP = "export.blob"


async def export_model(
    world: World, text: str, file: Path, report: Report, *, variant: str | None = None, dry_run: bool = False
) -> ExportedModel:
    """Writes beside the destination and renames. Raises ModelNotInstalled, FileExists, FileRefused, BlobMissing, and
    BlobCorrupt where the store itself is damaged; no file is left then."""
    target = find_target(world, text, variant)
    model = await asyncio.to_thread(world.store.get, target.reference)
    if await asyncio.to_thread(file.exists):
        raise FileExists(file)
    if not dry_run:
        await asyncio.to_thread(_write, world.store, model, file, report)
    return ExportedModel(str(model.reference), str(file), model.digest[:12], model.size_bytes, dry_run)


def _write(store: Store, model: InstalledModel, file: Path, report: Report) -> None:
    with _whole_or_nothing(file) as out:
        modified_at_s = model.modified_at_ns // 10**9
        raw = store.raw_manifest(model.reference)
        _put(out, manifest_name(model.reference), iter([raw]), len(raw), modified_at_s)
        for layer in store.blobs_of(model.reference):
            _put(out, blob_name(layer.digest), _verified(store, model, layer, report), layer.size_bytes, modified_at_s)
        out.write(bytes(2 * BLOCK))


def _put(out: BinaryIO, name: str, chunks: Iterator[bytes], size_bytes: int, modified_at_s: int) -> None:
    out.write(header(name, size_bytes, modified_at_s))
    for chunk in chunks:
        out.write(chunk)
    out.write(padding(size_bytes))


def _verified(store: Store, model: InstalledModel, layer: Layer, report: Report) -> Iterator[bytes]:
    path = store.blob_path(layer.digest)
    if store.blob_size_bytes(layer.digest) != layer.size_bytes:
        raise BlobMissing(layer.digest, path)
    chunks = file_chunks(path, STEP, report)
    return pinned(chunks, layer.digest, layer.size_bytes, lambda _: BlobCorrupt(path, (str(model.reference),)))


@contextmanager
def _whole_or_nothing(file: Path) -> Iterator[BinaryIO]:
    """A file beside the destination that gets its name at the end. Raises FileRefused."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)
    except OSError as error:
        raise FileRefused(file, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):  # renamed, or never made
            aside.unlink()
