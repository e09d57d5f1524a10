"""Is the docker command here, and is it Docker's?"""

from __future__ import annotations

from arriero.config.specs import BackendChoice
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    ran = await site.host.ask("docker", "--version")
    if ran is None:
        wanted = site.settings.backend
        if wanted is BackendChoice.NATIVE:
            return saw("unneeded")
        return saw("needed" if wanted is BackendChoice.DOCKER else "missing")
    if "podman" in ran.said.lower():
        return saw("podman", said=ran.said)
    return saw("present", said=ran.out.strip()) if ran.ok else saw("broken", said=ran.said)


CHECK = Check(
    code="docker.program",
    subject=Subject.DOCKER,
    kinds={
        "present": Grade.GOOD,
        "unneeded": Grade.SKIPPED,
        "missing": Grade.WARNING,
        "podman": Grade.WARNING,
        "needed": Grade.ERROR,
        "broken": Grade.ERROR,
    },
    look=look,
)
