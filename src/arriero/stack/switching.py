"""From one version of a model to another: the service ends, the manifest is renamed, the service starts and is asked.

Invariant: whatever fails, the manifests are as before and what served serves again. Killed at any moment, no version
has lost its name, the audit's last word on the slot is `begun`, which `status` tells, and the next command on the model
settles what this one left.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.runtime.backend import ServiceSpec
from arriero.runtime.errors import StopIncomplete
from arriero.stack.card import CardWatch
from arriero.stack.errors import VersionStranded, VersionUndone
from arriero.stack.observing import Scene, look
from arriero.stack.proving import prove
from arriero.stack.sighting import Sight
from arriero.stack.targets import Target, parse_reference
from arriero.stack.version_results import Switched
from arriero.stack.versions import digest_of, hold, put, read_pair, record_versions, settle
from arriero.stack.world import World


@dataclass(frozen=True)
class _Change:
    """One change of version, decided: `services` are those of ours that serve the model now, `sight` where they run."""

    command: str
    target: Target
    before: bytes
    after: bytes
    services: tuple[ServiceSpec, ...]
    card: CardWatch
    sight: Sight

    @property
    def old(self) -> str:
        return digest_of(self.before)[:12]

    @property
    def new(self) -> str:
        return digest_of(self.after)[:12]


async def install_version(world: World, command: str, target: Target, raw: bytes, report: Report) -> Switched:
    """Makes these manifest bytes the target's version; their blobs are there. The caller holds the command lock.

    Another version that was there is kept as the one before, if nothing of it is missing. Raises VersionUndone when the
    new one does not work, VersionStranded when after that the old one does not start either, and the store's errors.
    """
    known = await asyncio.to_thread(_to_be_kept, world, target)
    if known in (None, raw):
        return await _first(world, command, target, raw)
    assert known is not None
    return await switch_version(world, command, target, known, raw, report)


def _to_be_kept(world: World, target: Target) -> bytes | None:
    settle(world.store, target.reference)
    current = read_pair(world.store, target.reference).current
    return current if current and world.store.is_whole(world.store.get(target.reference)) else None


async def switch_version(
    world: World, command: str, target: Target, before: bytes, after: bytes, report: Report
) -> Switched:
    """From the manifest in use, `before`, to `after`; `before` becomes the one before. Raises as install_version."""
    scene = await look(world)
    card = CardWatch(world.gpu, scene.card, world.clock)
    change = _Change(command, target, before, after, _serving(world, scene, target), card, scene.sight)
    await asyncio.to_thread(hold, world.store, target.reference, before)
    began = world.clock.monotonic()
    _audit(world, change, "begun")
    try:
        await _carry_out(world, change, report)
    except BaseException as fault:
        await _put_back(world, change, fault, report)
        raise
    down_s = world.clock.monotonic() - began if change.services else None
    await asyncio.to_thread(settle, world.store, target.reference)
    _audit(world, change, "done")
    await asyncio.to_thread(record_versions, world, target)
    return Switched(str(target.reference), target.slot_id, change.old, change.new, down_s)


async def _first(world: World, command: str, target: Target, raw: bytes) -> Switched:
    await asyncio.to_thread(put, world.store, target, raw)
    await asyncio.to_thread(record_versions, world, target)
    version = digest_of(raw)[:12]
    world.writable_state().record_transition(
        command, slot=target.slot_id, to_state=version, reason=f"version: {target.source}", outcome="done"
    )
    return Switched(str(target.reference), target.slot_id, None, version, None)


def _serving(world: World, scene: Scene, target: Target) -> tuple[ServiceSpec, ...]:
    """Services of ours, of whatever slot, that were asked to serve this model and run."""
    found = []
    for slot in world.configuration.slots:
        view = scene.views[slot.id]
        if view.phase.ours and parse_reference(view.reference).matches(target.reference):
            found.append(world.service(slot, world.variant(slot, view.variant)))
    return tuple(found)


async def _carry_out(world: World, change: _Change, report: Report) -> None:
    for service in change.services:
        for backend in change.sight.running[service.slot]:  # it comes back under the chosen one
            ended = await backend.stop(service.slot, service.port, report)
            if ended.leftovers:
                raise StopIncomplete(service.slot, ended.leftovers)
        change.card.ended(service.slot)
    report(Progress("version.switch", str(change.target.reference), params={"version": change.new}))
    await asyncio.to_thread(put, world.store, change.target, change.after)
    for service in change.services:
        await change.card.start(world.backend, service, report)
        report(Progress("version.prove", service.slot))
        await prove(service)


async def _put_back(world: World, change: _Change, fault: BaseException, report: Report) -> None:
    """Raises VersionUndone or VersionStranded for a fault of ours; a cancellation or a defect goes on by itself."""
    reference = str(change.target.reference)
    report(Progress("version.undo", reference, params={"version": change.old}))
    await asyncio.to_thread(put, world.store, change.target, change.before)
    await asyncio.to_thread(settle, world.store, change.target.reference)
    try:
        for service in change.services:
            await world.backend.restart(service, report)
    except ArrieroError as second:
        _audit(world, change, f"failed: {second.code}")
        first = (fault,) if isinstance(fault, ArrieroError) else ()
        raise VersionStranded((*first, second), reference, change.services[0].slot, change.old) from fault
    _audit(world, change, f"undone: {fault.code if isinstance(fault, ArrieroError) else 'interrupted'}")
    if isinstance(fault, ArrieroError):
        raise VersionUndone((fault,), reference, change.new, change.old) from fault


def _audit(world: World, change: _Change, outcome: str) -> None:
    served = tuple(service.slot for service in change.services)
    for slot in served or (change.target.slot_id,):
        world.writable_state().record_transition(
            change.command,
            slot=slot,
            from_state=change.old,
            to_state=change.new,
            reason=f"version: {change.target.source}",
            outcome=outcome,
        )
