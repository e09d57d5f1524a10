"""`update --check`: what the registries serve now beside what is installed, told without downloading."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from arriero.core.clock import iso
from arriero.core.errors import ArrieroError
from arriero.registry.client import RegistryClient
from arriero.registry.values import RemoteManifest, RemoteVersion
from arriero.stack.remote import client_for, missing_bytes
from arriero.stack.targets import Target
from arriero.stack.version_results import CheckReport, Freshness, VersionCheck
from arriero.stack.world import World
from arriero.store import InstalledModel, media


async def check(world: World, slot_id: str | None, *, insecure: bool = False) -> CheckReport:
    """Every installed variant of a slot, or of all; one round trip each, side by side, a second where it differs.

    Raises SlotUnknown, ModelNotInstalled for a slot without a model. A registry that cannot be asked is a failure
    among the others.
    """
    installed = await asyncio.to_thread(installed_targets, world, slot_id)
    asked = await asyncio.gather(*(_check(world, t, m, insecure=insecure) for t, m in installed))
    return CheckReport(tuple(c for c, _ in asked), tuple(f for _, f in asked if f))


def installed_targets(world: World, slot_id: str | None) -> list[tuple[Target, InstalledModel]]:
    """Raises SlotUnknown; ModelNotInstalled when one slot was named and has no model."""
    slots = [world.slot(slot_id)] if slot_id else world.configuration.slots
    targets = [Target(v.reference, s, v) for s in slots for v in s.variants]
    found = [(t, model) for t in targets if (model := world.store.find(t.reference))]
    if slot_id and not found:
        world.store.get(world.variant(world.slot(slot_id), None).reference)  # raises with the nearest name
    return found


async def _check(
    world: World, target: Target, model: InstalledModel, *, insecure: bool
) -> tuple[VersionCheck, ArrieroError | None]:
    if target.from_wheel:
        return _told(target, model, Freshness.PINNED), None
    client = client_for(world, target.reference if insecure else None)
    try:
        return await _ask(world, client, target, model), None
    except ArrieroError as fault:
        return _told(target, model, Freshness.UNKNOWN), fault


async def _ask(world: World, client: RegistryClient, target: Target, model: InstalledModel) -> VersionCheck:
    version, manifest = await client.compare(target.reference, model.digest)
    told = _told(target, model, Freshness.CURRENT, version)
    changes = changed_kinds(model, manifest) if manifest else ()
    if manifest is None or not changes:  # the same blobs in other words: Ollama before 0.19 wrote manifests anew
        return told
    missing = await asyncio.to_thread(missing_bytes, world.store, manifest)
    return replace(told, freshness=Freshness.OUTDATED, changes=changes, download_bytes=missing)


def changed_kinds(model: InstalledModel, manifest: RemoteManifest) -> tuple[str, ...]:
    """Kinds of layers (media.KINDS, then `other`) that differ, the config only where nothing else tells why."""
    kinds = {media_type: kind for kind, types in media.KINDS.items() for media_type in types}
    here = {(kinds.get(layer.media_type, "other"), layer.digest) for layer in model.layers}
    there = {(kinds.get(layer.media_type, "other"), layer.digest) for layer in manifest.layers}
    changed = {kind for kind, _ in here ^ there}
    if not changed and model.config_layer.digest != manifest.config.digest:
        return ("config",)
    return tuple(kind for kind in (*media.KINDS, "other") if kind in changed)


def _told(
    target: Target, model: InstalledModel, freshness: Freshness, available: RemoteVersion | None = None
) -> VersionCheck:
    return VersionCheck(
        reference=str(target.reference),
        slot=target.slot_id,
        variant=target.variant.name if target.variant else None,
        freshness=freshness,
        installed=model.digest[:12],
        available=available.digest[:12] if available else None,
        published_at=iso(available.published_at) if available and available.published_at else None,
        changes=(),
        download_bytes=None,
    )
