"""Downloads the image of the models' containers."""

from __future__ import annotations

from arriero.core.errors import ArrieroError
from arriero.core.progress import Report
from arriero.doctor.changes import Command, OwnAct
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.image import CHECK
from arriero.doctor.facts.engine import endpoint
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site
from arriero.runtime.docker import engine
from arriero.runtime.docker.pulling import ensure_image

ACTS = frozenset({"pull"})


async def plan(site: Site, finding: Finding) -> FixPlan:
    """Where the engine is, is asked when it is done: in a rehearsal of the installation there may be none yet."""
    image = str(finding.params["image"])

    async def pull(report: Report) -> None:
        where = await site.fresh().fact(endpoint)
        if isinstance(where, ArrieroError):
            raise where
        await ensure_image(await engine.connect(where), image, report)

    undo = (Command(("docker", "image", "rm", image)),)
    return FixPlan((OwnAct("pull", pull, (("image", image),)),), undo)


FIX = Fix(CHECK.code, frozenset({"missing", "needed"}), plan, acts=ACTS)
