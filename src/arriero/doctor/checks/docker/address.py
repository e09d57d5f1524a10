"""Which engine is meant: the machine's own, or one that DOCKER_HOST or a context leads to?

A context is what `docker context use` leaves behind, Docker Desktop's among them; DOCKER_HOST is mostly an old line in
a shell's start file.
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import endpoint
from arriero.doctor.site import Site
from arriero.runtime.docker.endpoint import DEFAULT_SOCKET
from arriero.runtime.docker.errors import ContextUnknown, ContextUnreadable, EngineUnavailable

_USUAL = (f"unix://{DEFAULT_SOCKET}", "unix:///run/docker.sock")


async def look(site: Site) -> Finding:
    where = await site.fact(endpoint)
    if isinstance(where, ContextUnknown):
        return saw("context_unknown", name=where.name)
    if isinstance(where, ContextUnreadable):
        return saw("context_unreadable", path=str(where.path), detail=where.detail)
    if isinstance(where, EngineUnavailable):
        return saw("unusable", fault=where)
    if where.origin in ("default", "rootless") or where.url in _USUAL:
        return saw("usual", url=where.url)
    if where.socket and not where.socket.exists():
        kind = "host_dead" if where.origin == "DOCKER_HOST" else "context_dead"
        return saw(kind, url=where.url, origin=where.origin)
    return saw("elsewhere", url=where.url, origin=where.origin)


CHECK = Check(
    code="docker.address",
    subject=Subject.DOCKER,
    kinds={
        "usual": Grade.GOOD,
        "elsewhere": Grade.HINT,
        "context_unknown": Grade.ERROR,
        "context_unreadable": Grade.ERROR,
        "context_dead": Grade.ERROR,
        "host_dead": Grade.ERROR,
        "unusable": Grade.ERROR,
    },
    look=look,
)
