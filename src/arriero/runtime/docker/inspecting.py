"""From what the engine tells of a slot's container to what is told: one snapshot per slot."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from arriero.core.clock import Clock
from arriero.runtime.backend import PortHolder, ServiceSnapshot
from arriero.runtime.docker.container import Container
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.usage import Usage, usage_of
from arriero.runtime.ports import holder_of
from arriero.runtime.served import Served, look

_BEING_STARTED = timedelta(seconds=10)  # Compose starts what it created within moments, or never


async def snapshot(
    engine: Engine,
    slot: str,
    port: int,
    container: Container | None,
    sockets: Mapping[int, set[int]],
    clock: Clock,
) -> ServiceSnapshot:
    """`port` is where the slot belongs; a container that runs and publishes another one is told with that. `sockets`:
    those that listen, by port.
    """
    lives = container is not None and container.pid != 0
    port = container.port if container and lives and container.port else port
    runs = container is not None and container.snapshot.state == "running"
    stranger = None if lives else await _stranger(engine, port, sockets.get(port, set()))
    served, usage, container = await asyncio.gather(
        _look(container, runs), _usage(engine, container), _with_tag(engine, container)
    )
    return ServiceSnapshot(
        slot=slot,
        phase=phase(container, served.answers, stranger, clock),
        port=port,
        pid=container.pid or None if container else None,
        started_at=container.started_at if container and container.pid else None,
        restarts=container.restarts if container else 0,
        last_exit=container.last_exit if container else None,
        answers=served.answers,
        version=served.version,
        loaded=served.loaded,
        models=served.models,
        holder=stranger,
        settings_hash=container.settings_hash if container else None,
        memory_bytes=usage.memory_bytes if usage else None,
        seen_at=clock.now(),
        container=container.snapshot if container else None,
    )


def phase(container: Container | None, answers: bool, stranger: PortHolder | None, clock: Clock) -> str:
    """The protocol's word for it. Pure but for the clock."""
    if container is None or container.ended_on_purpose or container.snapshot.state == "removing":
        return "blocked" if stranger else "absent"
    match container.snapshot.state:
        case "running":
            return _running(container, answers)
        case "restarting":
            return "restarting"
        case "created" if not container.snapshot.error and clock.now() - container.created_at < _BEING_STARTED:
            return "starting"
    return "blocked" if stranger else "failed"


def _running(container: Container, answers: bool) -> str:
    """One that served and is silent now is `serving` without answers, as with every backend."""
    if answers or container.snapshot.health == "healthy":
        return "serving"
    return "failed" if container.snapshot.health == "unhealthy" else "starting"


async def _look(container: Container | None, runs: bool) -> Served:
    if container is None or not runs or container.port is None:
        return Served()
    return await look(container.host, container.port, None)


async def _with_tag(engine: Engine, container: Container | None) -> Container | None:
    """With what the image's name means now."""
    if container is None:
        return None
    image = await engine.get(f"/images/{container.snapshot.image}/json")
    tagged = replace(container.snapshot, tag_image_id=image["Id"] if image else None)
    return replace(container, snapshot=tagged)


async def _usage(engine: Engine, container: Container | None) -> Usage | None:
    return await usage_of(engine, container) if container and container.pid else None


async def _stranger(engine: Engine, port: int, inodes: set[int]) -> PortHolder | None:
    return await port_holder(engine, await asyncio.to_thread(holder_of, port, inodes))


async def port_holder(engine: Engine, seen: PortHolder | None) -> PortHolder | None:
    """Who was seen to listen; for a container, with its name, which only its engine knows."""
    if seen is None:
        return None
    publishing = await engine.get("/containers/json", filters={"publish": [str(seen.port)]}) or []
    name = next((one["Names"][0].lstrip("/") for one in publishing if one["Names"]), None)
    return replace(seen, container=name) if name else seen
