"""The Docker engine that the docker command would speak to here: reached, or why not; and what it tells of itself.

Invariant: it is only asked, with short limits. Who needs an engine to look at gets None where there is none: why not is
told once, by the check of the engine itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from arriero.core.errors import ArrieroError
from arriero.doctor.site import Site
from arriero.runtime.docker import engine as docker
from arriero.runtime.docker.container import Container, find
from arriero.runtime.docker.endpoint import Endpoint, resolve_endpoint
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.errors import EngineRefused, EngineUnavailable
from arriero.runtime.docker.probe import EngineSnapshot, probe

_CONNECT_S, _LIMIT_S = 1.5, 1.4  # together below the limit of a check


async def endpoint(site: Site) -> Endpoint | EngineUnavailable:
    """Its address, or what is wrong with the address that was given."""
    home = site.host.path(site.host.environ.get("HOME") or Path.home())
    try:
        return resolve_endpoint(site.host.environ, home)
    except EngineUnavailable as fault:
        return fault


async def reached(site: Site) -> Engine | ArrieroError:
    """The engine, or why there is none: EngineUnavailable's children, EngineRefused."""
    where = await site.fact(endpoint)
    if isinstance(where, EngineUnavailable):
        return where
    try:
        return await docker.connect(where, limit_s=_CONNECT_S)
    except (EngineUnavailable, EngineRefused) as fault:
        return fault


async def engine(site: Site) -> Engine | None:
    found = await site.fact(reached)
    return found if isinstance(found, Engine) else None


async def ask(found: Engine, path: str, **query: object) -> Any:
    """The JSON that a GET brings, None where there is no such thing, within what a check may take.

    Raises EngineUnavailable's children, EngineRefused.
    """
    return await found.get(path, limit_s=_LIMIT_S, **query)


async def info(site: Site) -> dict[str, Any] | None:
    """GET /info. Raises EngineRefused."""
    found = await site.fact(engine)
    return await ask(found, "/info") if found else None


async def described(site: Site) -> EngineSnapshot | None:
    """What it is and could do."""
    found = await site.fact(engine)
    return await probe(found.endpoint, limit_s=_LIMIT_S) if found else None


async def listed(site: Site) -> list[dict[str, Any]] | None:
    """Every container, running or not, as GET /containers/json lists them."""
    found = await site.fact(engine)
    return await ask(found, "/containers/json", all=True) if found else None


async def slots_containers(site: Site) -> list[Container] | None:
    """The containers of our slots."""
    found = await site.fact(engine)
    return await find(found, site.settings.docker.project) if found else None
