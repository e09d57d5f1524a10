"""Do the registries have newer versions? Whoever is offline is not told that anything is wrong."""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.stack.checking import check
from arriero.stack.version_results import Freshness

_LIMIT_S = 2.5


async def look(site: Site) -> Finding:
    try:
        async with asyncio.timeout(_LIMIT_S):
            told = await check(site.world, None)
    except TimeoutError:
        return saw("unanswered", detail=f"{_LIMIT_S:g} s")
    if not told.checks:
        return saw("nothing")
    newer = tuple(one.reference for one in told.checks if one.freshness is Freshness.OUTDATED)
    if newer:
        return saw("outdated", models=newer)
    return saw("unanswered", detail=told.failures[0]) if told.failures else saw("current")


CHECK = Check(
    code="models.outdated",
    subject=Subject.MODELS,
    kinds={
        "current": Grade.GOOD,
        "nothing": Grade.SKIPPED,
        "outdated": Grade.HINT,
        "unanswered": Grade.UNKNOWN,
    },
    look=look,
)
