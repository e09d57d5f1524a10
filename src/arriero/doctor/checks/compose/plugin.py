"""Is Compose here as docker's plugin, and new enough?

Foreign facts: `down SERVICE` exists since 2.19; the line of versions went from 2 to 5 (docker/compose). Without the
plugin docker says `'compose' is not a docker command`, `unknown command: docker compose` or `unknown shorthand flag`.
"""

from __future__ import annotations

import re

from arriero.config.specs import BackendChoice
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.runtime.docker.compose_command import OLDEST_COMPOSE
from arriero.runtime.docker.errors import ComposeMissing
from arriero.runtime.docker.recognising import recognise


async def look(site: Site) -> Finding:
    ran = await site.host.ask("docker", "compose", "version", "--short")
    if ran is None or site.settings.backend is BackendChoice.NATIVE:
        return saw("unneeded")
    found = re.match(r"v?(\d+(?:\.\d+)+)", ran.out.strip())
    if ran.ok and found:
        kind = "too_old" if _order(found[1]) < _order(OLDEST_COMPOSE) else "right"
        return saw(kind, version=found[1], oldest=OLDEST_COMPOSE)
    if not isinstance(recognise(ran.said), ComposeMissing):
        return saw("broken", detail=ran.said[-500:])
    first = await site.host.ask("docker-compose", "--version")
    return saw("only_first", version=first.out.strip()) if first and first.ok else saw("missing")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


CHECK = Check(
    code="compose.plugin",
    subject=Subject.COMPOSE,
    kinds={
        "right": Grade.GOOD,
        "unneeded": Grade.SKIPPED,
        "missing": Grade.ERROR,
        "only_first": Grade.ERROR,
        "too_old": Grade.ERROR,
        "broken": Grade.ERROR,
    },
    look=look,
)
