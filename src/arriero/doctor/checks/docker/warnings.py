"""What the engine itself warns of (GET /info, Warnings): an API that is open to the network, above all."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import info
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    told = await site.fact(info)
    if told is None:
        return saw("no_engine")
    said = [str(line).removeprefix("WARNING: ") for line in told.get("Warnings") or []]
    opened = next((line.partition("\n")[0] for line in said if "API is accessible on" in line), None)
    if opened:
        return saw("open_api", detail=opened)
    if any("forwarding is disabled" in line for line in said):
        return saw("no_forwarding", detail=next(line for line in said if "forwarding" in line))
    return saw("some", detail="; ".join(said)) if said else saw("none")


CHECK = Check(
    code="docker.warnings",
    subject=Subject.DOCKER,
    kinds={
        "none": Grade.GOOD,
        "no_engine": Grade.SKIPPED,
        "some": Grade.HINT,
        "no_forwarding": Grade.WARNING,
        "open_api": Grade.ERROR,
    },
    look=look,
)
