"""Makes Compose files anew that were changed by hand; the changed ones are kept beside them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.core.paths import PROJECT_ROOT
from arriero.core.progress import Report
from arriero.doctor.changes import FileWritten, OwnAct
from arriero.doctor.check import Finding
from arriero.doctor.checks.compose.files import CHECK, project
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site
from arriero.runtime.docker.compose import CPU, DOTENV, MAIN, OVERRIDE


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    made = project(site)
    if finding.kind == "refused":
        own = made.directory / OVERRIDE
        return CannotFix("override" if own.exists() else "foreign_words", (("path", str(own)),))
    edited = await asyncio.to_thread(made.edited)
    names = {path.name for path in edited}
    if made.directory == PROJECT_ROOT and names & {MAIN, CPU}:
        return CannotFix("checked_in", (("names", sorted(names & {MAIN, CPU})),))
    if DOTENV in names:
        return CannotFix("dotenv", (("path", str(made.directory / DOTENV)),))

    async def render(_report: Report) -> None:
        await asyncio.to_thread(made.prepare, made.services[0])

    aside = tuple(FileWritten(path, None) for path in edited)
    undo = tuple(FileWritten(path, _text(path)) for path in edited)
    return FixPlan((*aside, OwnAct("render", render, (("folder", str(made.directory)),))), undo)


def _text(path: Path) -> str:
    return path.read_text(errors="replace")


FIX = Fix(
    CHECK.code,
    frozenset({"edited", "refused"}),
    plan,
    frozenset({"override", "foreign_words", "checked_in", "dotenv"}),
    frozenset({"render"}),
)
