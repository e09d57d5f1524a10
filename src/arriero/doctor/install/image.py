"""The image that the containers are made of."""

from __future__ import annotations

from arriero.core.errors import ArrieroError
from arriero.core.progress import Report
from arriero.doctor.changes import Command, OwnAct
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import endpoint, engine
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.install.step import Step
from arriero.doctor.site import Site
from arriero.runtime.docker import engine as docker
from arriero.runtime.docker.pulling import ensure_image


async def look(site: Site) -> Finding:
    image, found = site.settings.docker.image, await site.fact(engine)
    if found is None:
        return saw("no_engine", image=image)
    there = await found.get(f"/images/{image}/json")
    return saw("there" if there is not None else "missing", image=image)


async def plan(site: Site, finding: Finding) -> FixPlan:
    image = str(finding.params["image"])

    async def pull(report: Report) -> None:
        where = await site.fresh().fact(endpoint)
        if isinstance(where, ArrieroError):
            raise where
        await ensure_image(await docker.connect(where), image, report)

    undo = (Command(("docker", "image", "rm", image)),)
    return FixPlan((OwnAct("pull", pull, (("image", image),)),), undo)


CHECK = Check(
    "install.image",
    Subject.DOCKER,
    {"there": Grade.GOOD, "missing": Grade.ERROR, "no_engine": Grade.ERROR},
    look,
)
FIX = Fix(CHECK.code, frozenset({"missing", "no_engine"}), plan, acts=frozenset({"pull"}))
STEP = Step(CHECK, FIX)
