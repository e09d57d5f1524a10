"""Does another Ollama use the same files? At its start it deletes downloads that have rested for an hour."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.store import problems
from arriero.doctor.site import Site
from arriero.store.models import ProblemKind


async def look(site: Site) -> Finding:
    pids = [p.detail for p in await site.fact(problems) if p.kind is ProblemKind.FOREIGN_SERVER]
    return saw("shared" if pids else "alone", pids=tuple(pids), path=str(site.settings.models_dir))


CHECK = Check(
    code="models.neighbours",
    subject=Subject.MODELS,
    kinds={"alone": Grade.GOOD, "shared": Grade.HINT},
    look=look,
)
