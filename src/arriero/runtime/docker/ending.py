"""Ending a container that was found to be ours."""

from __future__ import annotations

from arriero.runtime.docker.container import Container
from arriero.runtime.docker.engine import Engine

_SPARE_S = 15.0  # past its own patience an engine kills, waits and takes the network down


async def halt(engine: Engine, container: Container, stop_s: int) -> None:
    """Tells it to end and has it killed after `stop_s`; the engine does not start it again by itself then."""
    path = f"/containers/{container.full_id}"
    if container.snapshot.state == "paused":
        await engine.act("POST", f"{path}/unpause")  # a frozen process cannot hear that it should end
    await engine.act("POST", f"{path}/stop", t=str(stop_s), limit_s=stop_s + _SPARE_S)


async def remove(engine: Engine, container: Container, stop_s: int) -> None:
    """Halts and removes it. One that is gone already is no error."""
    await halt(engine, container, stop_s)
    await engine.act("DELETE", f"/containers/{container.full_id}", force=True, limit_s=_SPARE_S)
