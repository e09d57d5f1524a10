"""Are the Compose files ours, and does Compose accept them?"""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.runtime.docker.compose import MAIN, ComposeProject


def project(site: Site) -> ComposeProject:
    """With the default variant of every slot: enough to judge what lies there."""
    world = site.world
    pairs = [(slot, slot.variant()) for slot in world.configuration.slots]
    services = tuple(world.service(slot, variant) for slot, variant in pairs if variant)
    return ComposeProject(services, site.settings.docker)


async def look(site: Site) -> Finding:
    made = project(site)
    if not (made.directory / MAIN).exists():
        return saw("absent", folder=str(made.directory))
    edited = await asyncio.to_thread(made.edited)
    if edited:
        return saw("edited", paths=[str(path) for path in edited])
    given = [word for file in made.files for word in ("--file", str(file))]
    where = ("--project-name", made.name, "--project-directory", str(made.directory), *given)
    ran = await site.host.ask("docker", "compose", *where, "config", "--quiet")
    if ran is None:
        return saw("unjudged")
    return saw("right", folder=str(made.directory)) if ran.ok else saw("refused", detail=ran.said[-500:])


CHECK = Check(
    code="compose.files",
    subject=Subject.COMPOSE,
    kinds={
        "right": Grade.GOOD,
        "absent": Grade.SKIPPED,
        "unjudged": Grade.SKIPPED,
        "edited": Grade.HINT,
        "refused": Grade.ERROR,
    },
    look=look,
)
