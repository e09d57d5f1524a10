"""The Compose files, where `docker compose` is typed. `.env` and further slots' files come with their first start."""

from __future__ import annotations

from arriero.core.paths import PROJECT_ROOT
from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.install.step import Step
from arriero.doctor.site import Site
from arriero.runtime.docker.compose import CPU, MAIN


async def look(site: Site) -> Finding:
    folder = site.settings.docker.folder
    missing = [name for name in (MAIN, CPU) if not (folder / name).is_file()]
    return saw("missing", folder=str(folder), names=missing) if missing else saw("there", folder=str(folder))


async def plan(site: Site, _finding: Finding) -> FixPlan:
    folder = site.settings.docker.folder
    missing = [name for name in (MAIN, CPU) if not (folder / name).is_file()]
    changes = tuple(FileWritten(folder / name, (PROJECT_ROOT / name).read_text()) for name in missing)
    return FixPlan(changes, tuple(FileWritten(change.path, None) for change in changes))


CHECK = Check("install.compose", Subject.COMPOSE, {"there": Grade.GOOD, "missing": Grade.ERROR}, look)
FIX = Fix(CHECK.code, frozenset({"missing"}), plan)
STEP = Step(CHECK, FIX)
