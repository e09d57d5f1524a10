"""Are the models' files whole and ours to use? Sizes are compared, nothing is hashed: `verify` does that."""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.store import problems
from arriero.doctor.site import Site
from arriero.store.models import ProblemKind

_CLOSED = (ProblemKind.FOREIGN_OWNER, ProblemKind.MANIFEST_UNREADABLE)


async def look(site: Site) -> Finding:
    found = [problem for problem in await site.fact(problems) if problem.kind is not ProblemKind.FOREIGN_SERVER]
    closed = tuple(str(problem.path) for problem in found if problem.kind in _CLOSED)
    if closed:
        return saw("closed", paths=closed)
    damaged = tuple(dict.fromkeys(str(problem.reference or problem.path) for problem in found))
    if damaged:
        return saw("damaged", models=damaged)
    installed = await asyncio.to_thread(site.world.store.list)
    return saw("sound", count=len(installed))


CHECK = Check(
    code="models.store",
    subject=Subject.MODELS,
    kinds={"sound": Grade.GOOD, "damaged": Grade.ERROR, "closed": Grade.ERROR},
    look=look,
)
