"""May this user talk to Docker: in the group `docker`, and in a session that knows of it?"""

from __future__ import annotations

from arriero.config.specs import BackendChoice
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.account import Account, account
from arriero.doctor.facts.engine import endpoint
from arriero.doctor.site import Site
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.errors import EngineUnavailable

GROUP = "docker"


async def look(site: Site) -> Finding:
    who, where = await site.fact(account), await site.fact(endpoint)
    if who is None:
        return saw("untold")
    if who.uid == 0:
        return saw("root")
    return await _membership(site, who) if _needed(site, where) else saw("unneeded")


def _needed(site: Site, where: Endpoint | EngineUnavailable) -> bool:
    if site.host.which("docker") is None or site.settings.backend is BackendChoice.NATIVE:
        return False
    return not isinstance(where, Endpoint) or (where.origin != "rootless" and where.socket is not None)


async def _membership(site: Site, who: Account) -> Finding:
    if GROUP in who.session:
        return saw("member", user=who.name)
    if GROUP in who.enrolled:
        return saw("relogin", user=who.name)
    there = await site.host.ask("getent", "group", GROUP)
    return saw("outside" if there and there.ok else "no_group", user=who.name)


CHECK = Check(
    code="docker.group",
    subject=Subject.DOCKER,
    kinds={
        "member": Grade.GOOD,
        "root": Grade.SKIPPED,
        "unneeded": Grade.SKIPPED,
        "untold": Grade.UNKNOWN,
        "relogin": Grade.ERROR,
        "outside": Grade.ERROR,
        "no_group": Grade.ERROR,
    },
    look=look,
)
