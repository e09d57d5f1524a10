"""From one version of a model to another: the service ends, the manifest is renamed, the service starts and is asked.

Invariant: whatever fails, the manifests are as before and what served serves again. Killed at any moment, the names
lead to whole models, and the audit's last word on the slot is `begun`, which `status` tells.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.runtime.backend import ServiceSpec
from arriero.runtime.errors import StopIncomplete
from arriero.stack.errors import VersionStranded, VersionUndone
from arriero.stack.observing import look
from arriero.stack.proving import prove
from arriero.stack.targets import Target, parse_reference
from arriero.stack.version_results import Switched
from arriero.stack.versions import Pair, digest_of, read_pair, record_versions, write_aliases, write_pair
from arriero.stack.world import World


@dataclass(frozen=True)
class _Change:
    """One change of version, decided: `services` are those of ours that serve the model now."""

    command: str
    target: Target
    before: Pair
    after: Pair
    services: tuple[ServiceSpec, ...]
    old: str
    new: str


async def install_version(world: World, command: str, target: Target, raw: bytes, report: Report) -> Switched:
    """Makes these manifest bytes the target's version; their blobs are there. The caller holds the command lock.

    Another version that was there is kept as the one before. Raises VersionUndone when the new one does not work,
    VersionStranded when after that the old one does not start either, and the store's errors.
    """
    before = await asyncio.to_thread(read_pair, world.store, target.reference)
    if before.current in (None, raw):
        return await _first(world, command, target, raw)
    return await switch_version(world, command, target, before, Pair(raw, before.current), report)


async def switch_version(
    world: World, command: str, target: Target, before: Pair, after: Pair, report: Report
) -> Switched:
    """From the pair of manifests `before` to the pair `after`. Raises as install_version."""
    services = await _serving(world, target)
    change = _Change(command, target, before, after, services, digest_of(before.current), digest_of(after.current))
    began = world.clock.monotonic()
    _audit(world, change, "begun")
    try:
        await _carry_out(world, change, report)
    except BaseException as fault:
        await _put_back(world, change, fault, report)
        raise
    _audit(world, change, "done")
    await asyncio.to_thread(record_versions, world, target)
    down_s = world.clock.monotonic() - began if services else None
    return Switched(str(target.reference), target.slot_id, change.old[:12], change.new[:12], down_s)


async def _first(world: World, command: str, target: Target, raw: bytes) -> Switched:
    model = await asyncio.to_thread(world.store.write_raw_manifest, target.reference, raw)
    await asyncio.to_thread(write_aliases, world.store, target)
    await asyncio.to_thread(record_versions, world, target)
    world.writable_state().record_transition(
        command, slot=target.slot_id, to_state=model.digest[:12], reason=f"version: {target.source}", outcome="done"
    )
    return Switched(str(target.reference), target.slot_id, None, model.digest[:12], None)


async def _serving(world: World, target: Target) -> tuple[ServiceSpec, ...]:
    """Services of ours, of whatever slot, that were asked to serve this model and run."""
    scene = await look(world)
    found = []
    for slot in world.configuration.slots:
        view = scene.views[slot.id]
        if view.phase.ours and parse_reference(view.reference).matches(target.reference):
            found.append(world.service(slot, world.variant(slot, view.variant)))
    return tuple(found)


async def _carry_out(world: World, change: _Change, report: Report) -> None:
    for service in change.services:
        ended = await world.backend.stop(service.slot, service.port, report)
        if ended.leftovers:
            raise StopIncomplete(service.slot, ended.leftovers)
    report(Progress("version.switch", str(change.target.reference), params={"version": change.new[:12]}))
    await asyncio.to_thread(write_pair, world.store, change.target, change.after)
    for service in change.services:
        await world.backend.start(service, report)
        report(Progress("version.prove", service.slot))
        await prove(service)


async def _put_back(world: World, change: _Change, fault: BaseException, report: Report) -> None:
    """Raises VersionUndone or VersionStranded for a fault of ours; a cancellation or a defect goes on by itself."""
    reference = str(change.target.reference)
    report(Progress("version.undo", reference, params={"version": change.old[:12]}))
    await asyncio.to_thread(write_pair, world.store, change.target, change.before)
    try:
        for service in change.services:
            await world.backend.restart(service, report)
    except ArrieroError as second:
        _audit(world, change, f"failed: {second.code}")
        first = (fault,) if isinstance(fault, ArrieroError) else ()
        raise VersionStranded((*first, second), reference, change.services[0].slot, change.old[:12]) from fault
    _audit(world, change, f"undone: {fault.code if isinstance(fault, ArrieroError) else 'interrupted'}")
    if isinstance(fault, ArrieroError):
        raise VersionUndone((fault,), reference, change.new[:12], change.old[:12]) from fault


def _audit(world: World, change: _Change, outcome: str) -> None:
    served = tuple(service.slot for service in change.services)
    for slot in served or (change.target.slot_id,):
        world.writable_state().record_transition(
            change.command,
            slot=slot,
            from_state=change.old[:12],
            to_state=change.new[:12],
            reason=f"version: {change.target.source}",
            outcome=outcome,
        )
