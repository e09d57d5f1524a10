"""Is the engine's version one that Arriero, Compose and other programs can speak with?

Foreign facts: Engine 29.0 to 29.2 refuse the API below 1.44, 29.3 took that back to 1.40 (moby, daemon/config); Docker
mends nothing older than its last two lines (docker/docs, release notes).
"""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import reached
from arriero.doctor.site import Site
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.errors import ApiTooNew, ApiTooOld

_MENDED_SINCE = 25
_NARROW = "1.44"


async def look(site: Site) -> Finding:
    found = await site.fact(reached)
    if isinstance(found, ApiTooOld):
        return saw("too_old", version=found.version, fault=found)
    if isinstance(found, ApiTooNew):
        return saw("too_new", fault=found)
    if not isinstance(found, Engine):
        return saw("no_engine")
    told = found.version
    if int((re.match(r"\d+", told.version) or ["0"])[0]) < _MENDED_SINCE:
        return saw("aged", version=told.version)
    if told.oldest_api == _NARROW:
        return saw("narrow", version=told.version, oldest_api=told.oldest_api)
    return saw("current", version=told.version, api=told.api)


CHECK = Check(
    code="docker.release",
    subject=Subject.DOCKER,
    kinds={
        "current": Grade.GOOD,
        "no_engine": Grade.SKIPPED,
        "aged": Grade.HINT,
        "narrow": Grade.HINT,
        "too_old": Grade.ERROR,
        "too_new": Grade.ERROR,
    },
    look=look,
)
