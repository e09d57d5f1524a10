"""Does the engine come back after a reboot? Its containers, which are to run until they are stopped, come with it."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import engine
from arriero.doctor.site import Site

_COMES = ("enabled", "enabled-runtime", "static", "alias", "generated")


async def look(site: Site) -> Finding:
    if await site.fact(engine) is None:
        return saw("no_engine")
    ran = await site.host.ask("systemctl", "is-enabled", "docker.service")
    state = ran.out.strip() if ran else ""
    if not state or state == "not-found":
        return saw("no_unit")
    return saw("comes", state=state) if state in _COMES else saw("stays_away", state=state)


CHECK = Check(
    code="docker.boot",
    subject=Subject.DOCKER,
    kinds={"comes": Grade.GOOD, "no_engine": Grade.SKIPPED, "no_unit": Grade.SKIPPED, "stays_away": Grade.HINT},
    look=look,
)
