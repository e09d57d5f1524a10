"""`status`: what is there, and how it differs from what was asked for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from arriero.core.errors import ArrieroError
from arriero.stack.describing import describe_stack
from arriero.stack.guard import guard_glance
from arriero.stack.learning import seen_loads
from arriero.stack.observing import Scene, look
from arriero.stack.results import StackStatus
from arriero.stack.world import World
from arriero.state import InstalledVersion, ObservedSlot, State


async def status(world: World) -> StackStatus:
    """Looks, remembers what it saw, and tells. A database that cannot be written is a note, not a failure."""
    scene, guard = await asyncio.gather(look(world), guard_glance(world))
    told = replace(describe_stack(world, scene), guard=guard)
    if world.state is None:
        return told
    try:
        await asyncio.to_thread(remember, world.state, world, scene, "status")
    except ArrieroError as fault:
        return _with_note(told, fault)
    return told


def remember(state: State, world: World, scene: Scene, noticed_by: str | None = None) -> None:
    """Writes what was seen to the database: the services' state, drift, the versions in the store, and what loaded
    models take.

    `noticed_by`: the command that looks before it has changed anything, so that a new state is nobody's of ours.
    """
    told = describe_stack(world, scene)
    seen = [ObservedSlot(m.id, str(m.state), scene.at, m.backend or world.backend.kind) for m in told.models]
    drift = {(m.id, str(d.code)): datetime.fromisoformat(d.since) for m in told.models for d in m.drift}
    versions = [InstalledVersion(str(m.reference), m.digest, m.size_bytes, m.modified_at) for m in scene.installed]
    with state.held_open():
        state.record_observed(seen, noticed_by)
        state.record_drift(drift)
        state.record_versions(versions)
        state.record_loads(seen_loads(world, scene))


def _with_note(told: StackStatus, fault: ArrieroError) -> StackStatus:
    return replace(told, notes=(*told.notes, fault))
