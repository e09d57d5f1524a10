"""Waiting for a container's server, and why it does not come.

The server itself decides, not the health check: that comes some seconds later, and says less than the model that is
loaded next. A check that has failed for good ends the wait. A container that is no good is stopped and stays, so that
it is not tried for ever and its log can be read.
"""

from __future__ import annotations

from arriero.core.clock import Clock
from arriero.core.errors import ArrieroError
from arriero.runtime.backend import ServiceSpec
from arriero.runtime.docker.container import Container, find
from arriero.runtime.docker.ending import halt
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.errors import ContainerUnhealthy
from arriero.runtime.docker.events import last_end
from arriero.runtime.docker.limits import Limits
from arriero.runtime.docker.logs import tail_of
from arriero.runtime.errors import ServiceFailed
from arriero.runtime.http import NoAnswer, ask

_LOOK_EVERY_S = 0.05
_ASK_LIMIT_S = 0.6
_TAIL_LINES = 20
_TELLING_S = 2.0


async def until_ready(
    engine: Engine, project: str, spec: ServiceSpec, restarts: int, limits: Limits, clock: Clock
) -> None:
    """Returns when the server answers. `restarts`: how many its container had. Raises ServiceFailed,
    ContainerUnhealthy."""
    deadline = clock.monotonic() + limits.start_s
    while True:
        container = next(iter(await find(engine, project, spec.slot)), None)
        if fault := await _fault(engine, container, spec, restarts, limits):
            raise fault
        if container and await _answers(spec):
            return
        if container and clock.monotonic() > deadline:
            raise await _failed(engine, container, spec, limits, "timeout")
        await clock.sleep(_LOOK_EVERY_S)


async def why_not_loaded(
    engine: Engine, project: str, spec: ServiceSpec, restarts: int, limits: Limits, clock: Clock
) -> ArrieroError | None:
    """What became of the container while it should have loaded its model; None when it still runs as before.

    A connection breaks some moments before the engine tells that the container ended.
    """
    deadline = clock.monotonic() + _TELLING_S
    while clock.monotonic() < deadline:
        container = next(iter(await find(engine, project, spec.slot)), None)
        if fault := await _fault(engine, container, spec, restarts, limits):
            return fault
        await clock.sleep(_LOOK_EVERY_S)
    return None


async def _fault(
    engine: Engine, container: Container | None, spec: ServiceSpec, restarts: int, limits: Limits
) -> ArrieroError | None:
    if container is None:
        return ServiceFailed(spec.slot, "removed", "")
    if container.snapshot.state != "running" or container.restarts > restarts:
        last_exit = container.last_exit or await last_end(engine, container) or "restarted"
        return await _failed(engine, container, spec, limits, last_exit)
    if container.snapshot.health == "unhealthy":
        tail = await tail_of(engine, container, _TAIL_LINES)
        await halt(engine, container, limits.stop_s)
        return ContainerUnhealthy(spec.slot, container.failing_checks, container.last_check, tail)
    return None


async def _failed(
    engine: Engine, container: Container, spec: ServiceSpec, limits: Limits, last_exit: str
) -> ServiceFailed:
    tail = await tail_of(engine, container, _TAIL_LINES)
    await halt(engine, container, limits.stop_s)
    return ServiceFailed(spec.slot, last_exit, tail)


async def _answers(spec: ServiceSpec) -> bool:
    try:
        return (await ask(spec.host, spec.port, "/api/version", limit_s=_ASK_LIMIT_S)).status == 200
    except NoAnswer:
        return False
