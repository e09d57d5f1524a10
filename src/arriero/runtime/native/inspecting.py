"""From what was found to what is told: one snapshot per slot."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from arriero.core.clock import Clock
from arriero.runtime import proc
from arriero.runtime.backend import PortHolder, ServiceSnapshot
from arriero.runtime.native.finding import Found
from arriero.runtime.native.records import GAVE_UP, WAITING
from arriero.runtime.ports import holder_of
from arriero.runtime.served import Served, look, read_key


async def snapshot(found: Found, port: int, sockets: Mapping[int, set[int]], clock: Clock) -> ServiceSnapshot:
    """`port` is where the slot belongs; a service that was started with another one is told with that. `sockets`: those
    that listen, by port.
    """
    port = found.options.port if found.options else port
    inodes = sockets.get(port, set())
    listening = found.engine is not None and not proc.sockets(found.engine.pid).isdisjoint(inodes)
    stranger = None if listening else await asyncio.to_thread(holder_of, port, inodes)
    served = await _look(found, port) if listening else Served()
    memory_bytes = await asyncio.to_thread(proc.memory_bytes, found.family) if found.family else None
    return ServiceSnapshot(
        slot=found.slot,
        phase=phase(found, listening, stranger),
        port=port,
        pid=found.engine.pid if found.engine else None,
        started_at=datetime.fromtimestamp(proc.started_at_s(found.engine), UTC) if found.engine else None,
        restarts=_restarts(found),
        last_exit=found.record.last_exit if found.record else None,
        answers=served.answers,
        version=served.version,
        loaded=served.loaded,
        models=served.models,
        holder=stranger,
        settings_hash=found.options.settings_hash if found.options else None,
        memory_bytes=memory_bytes,
        seen_at=clock.now(),
    )


def phase(found: Found, listening: bool, stranger: PortHolder | None) -> str:
    """The protocol's word for it. Pure."""
    if listening:
        return "serving"
    if stranger:
        return "blocked"
    if found.engine:
        return "starting"
    told = found.record.phase if found.record else None
    if told == GAVE_UP:  # also while its supervisor is on the way out
        return "failed"
    if found.supervisor:
        return "restarting" if told == WAITING else "starting"
    return "absent"


def _restarts(found: Found) -> int | None:
    """Unknown while something of ours lives whose record is gone."""
    if found.record:
        return found.record.restarts
    return None if found.family else 0


async def _look(found: Found, port: int) -> Served:
    host = found.options.host if found.options else "127.0.0.1"
    key_file = found.options.api_key_file if found.options else ""
    return await look(host, port, await asyncio.to_thread(read_key, Path(key_file) if key_file else None))
