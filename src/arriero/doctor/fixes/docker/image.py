"""Downloads the image of the models' containers."""

from __future__ import annotations

from arriero.core.progress import Report
from arriero.doctor.changes import Command, OwnAct
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.image import CHECK
from arriero.doctor.facts.engine import engine
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site
from arriero.runtime.docker.pulling import ensure_image


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    found, image = await site.fact(engine), str(finding.params["image"])
    if found is None:
        return CannotFix("no_engine")

    async def pull(report: Report) -> None:
        await ensure_image(found, image, report)

    return FixPlan((OwnAct("pull", pull, (("image", image),)),), (Command(("docker", "rmi", image)),))


FIX = Fix(CHECK.code, frozenset({"missing", "needed"}), plan, frozenset({"no_engine"}), frozenset({"pull"}))
