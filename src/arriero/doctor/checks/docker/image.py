"""Is the image of the models' containers here, and do they run the very one that its name means now?"""

from __future__ import annotations

from arriero.config.specs import BackendChoice
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import ask, engine, slots_containers
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(engine)
    if found is None or site.settings.backend is BackendChoice.NATIVE:
        return saw("unneeded")
    image = site.settings.docker.image
    told = await ask(found, f"/images/{image}/json")
    if told is None:
        return saw("needed" if site.settings.backend is BackendChoice.DOCKER else "missing", image=image)
    running = [one for one in await site.fact(slots_containers) or [] if one.pid]
    old = [one.snapshot.name for one in running if one.snapshot.image_id != told["Id"]]
    return saw("behind", image=image, names=old) if old else saw("here", image=image, size_bytes=told["Size"])


CHECK = Check(
    code="docker.image",
    subject=Subject.DOCKER,
    kinds={
        "here": Grade.GOOD,
        "unneeded": Grade.SKIPPED,
        "behind": Grade.HINT,
        "missing": Grade.HINT,
        "needed": Grade.WARNING,
    },
    look=look,
)
