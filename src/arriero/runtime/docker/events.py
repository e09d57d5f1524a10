"""What happens to the project's containers, as their engine tells it: one stream that waits, taken up again when lost.

Foreign facts (Engine API, SystemEvents; moby, daemon/events): health checks are told as `exec_*` twice each time, so
what is wanted is named; `since` brings what happened between asking and listening.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from arriero.core.clock import Clock
from arriero.runtime.backend import EventKind, ServiceEvent
from arriero.runtime.docker.compose_files import SLOT_LABEL
from arriero.runtime.docker.container import PROJECT_LABEL, Container, how_it_ended
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.engine import Engine, connect
from arriero.runtime.docker.errors import EngineUnavailable

_KINDS = {
    "create": EventKind.CHANGED,
    "start": EventKind.STARTED,
    "pause": EventKind.CHANGED,
    "unpause": EventKind.STARTED,
    "oom": EventKind.CHANGED,
    "die": EventKind.ENDED,
    "destroy": EventKind.REMOVED,
    "health_status: healthy": EventKind.HEALTHY,
    "health_status: unhealthy": EventKind.UNHEALTHY,
}
_WANTED = ["create", "start", "pause", "unpause", "oom", "die", "destroy", "health_status"]
_RETRY_S = (0.5, 1.0, 2.0, 5.0)  # the last one again and again


async def happenings(
    endpoint: Endpoint, project: str, slots: Sequence[str], clock: Clock
) -> AsyncGenerator[ServiceEvent]:
    """Raises EngineUnavailable's children when there is no engine to listen to at the beginning; later it waits."""
    engine = await connect(endpoint)
    while True:
        try:
            async with aclosing(_listen(engine, project, slots, clock)) as told:
                async for event in told:
                    yield event
        except EngineUnavailable:
            pass
        yield ServiceEvent(None, EventKind.LOST, clock.now())
        engine = await _again(endpoint, clock)


async def _again(endpoint: Endpoint, clock: Clock) -> Engine:
    attempt = 0
    while True:
        await clock.sleep(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])
        try:
            return await connect(endpoint)
        except EngineUnavailable:
            attempt += 1


async def _listen(engine: Engine, project: str, slots: Sequence[str], clock: Clock) -> AsyncGenerator[ServiceEvent]:
    """Ends when the stream ends, and raises EngineUnavailable when it breaks."""
    began = clock.now()
    filters = {"type": ["container"], "event": _WANTED, "label": [f"{PROJECT_LABEL}={project}"]}
    query: dict[str, object] = {"since": f"{began.timestamp():.6f}", "filters": filters}
    async with engine.stream("GET", "/events", query) as body:
        yield ServiceEvent(None, EventKind.LISTENING, began)
        while line := await body.readline():
            event = parse(json.loads(line))
            if event and event.slot in slots:
                yield event


async def last_end(engine: Engine, container: Container) -> str | None:
    """How the container last ended, in the engine's own memory of events; None when it has forgotten.

    For one that runs again: its state has nothing of the run before. Raises EngineUnavailable.
    """
    query: dict[str, object] = {
        "since": f"{container.created_at.timestamp():.6f}",
        "until": f"{datetime.now(UTC).timestamp():.6f}",
        "filters": {"container": [container.full_id], "event": ["die"]},
    }
    async with engine.stream("GET", "/events", query) as body:
        lines = (await body.read()).splitlines()
    codes = [json.loads(line)["Actor"]["Attributes"].get("exitCode") for line in lines]
    return how_it_ended(int(codes[-1])) if codes and codes[-1] is not None else None


def parse(told: dict[str, Any]) -> ServiceEvent | None:
    """From the engine's JSON; None for what has no word with us. Pure."""
    kind = _KINDS.get(told.get("Action", ""))
    slot = told.get("Actor", {}).get("Attributes", {}).get(SLOT_LABEL)
    if kind is None or slot is None:
        return None
    return ServiceEvent(slot, kind, datetime.fromtimestamp(told["timeNano"] / 1e9, UTC))
