"""Are the names of our containers free? A container of somebody else's that has one keeps ours from being made."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.checks.compose.files import project
from arriero.doctor.facts.engine import listed
from arriero.doctor.site import Site
from arriero.runtime.docker.container import PROJECT_LABEL


async def look(site: Site) -> Finding:
    every = await site.fact(listed)
    if every is None:
        return saw("no_engine")
    ours = {f"/{spec.name}" for spec in project(site).services}
    own = site.settings.docker.project
    taken = [
        (name.lstrip("/"), str(one["Labels"].get(PROJECT_LABEL, "")))
        for one in every
        for name in one["Names"]
        if name in ours and one["Labels"].get(PROJECT_LABEL) != own
    ]
    if not taken:
        return saw("free")
    return saw("taken", names=[name for name, _ in taken], projects=sorted({by for _, by in taken if by}))


CHECK = Check(
    code="docker.names",
    subject=Subject.DOCKER,
    kinds={"free": Grade.GOOD, "no_engine": Grade.SKIPPED, "taken": Grade.ERROR},
    look=look,
)
