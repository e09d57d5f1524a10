"""The project's network: Compose makes it with the first container, and `docker compose down` takes it away again."""

from __future__ import annotations

from arriero.runtime.docker.container import PROJECT_LABEL
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.errors import EngineRefused

_IN_USE = 403  # Engine API, NetworkDelete: a container has just joined it


async def forget_unused(engine: Engine, project: str) -> None:
    """One that a container is on stays, also a container that does not run: it could not be started again without."""
    for network in await engine.get("/networks", filters={"label": [f"{PROJECT_LABEL}={project}"]}) or []:
        known_by = [network["Id"], network["Name"]]  # one that never ran has but the name (moby, daemon/list.go)
        if await engine.get("/containers/json", all=True, filters={"network": known_by}):
            continue
        try:
            await engine.act("DELETE", f"/networks/{network['Id']}")
        except EngineRefused as fault:
            if fault.status != _IN_USE:
                raise
