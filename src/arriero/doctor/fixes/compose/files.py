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
    if not_ours := _left_alone(made.directory, {path.name for path in edited}):
        return not_ours

    async def render(_report: Report) -> None:
        await asyncio.to_thread(made.prepare, made.services[0])

    aside = tuple(FileWritten(path, None) for path in edited)
    undo = tuple(FileWritten(path, _text(path)) for path in edited)
    return FixPlan((*aside, OwnAct("render", render, (("folder", str(made.directory)),))), undo)


def _left_alone(folder: Path, names: set[str]) -> CannotFix | None:
    """What git has the true text of, and what a user's own lines stand in, is not made anew."""
    if folder == PROJECT_ROOT and names & {MAIN, CPU}:
        return CannotFix("checked_in", (("names", sorted(names & {MAIN, CPU})),))
    return CannotFix("dotenv", (("path", str(folder / DOTENV)),)) if DOTENV in names else None


def _text(path: Path) -> str:
    return path.read_text(errors="replace")


FIX = Fix(
    CHECK.code,
    frozenset({"edited", "refused"}),
    plan,
    frozenset({"override", "foreign_words", "checked_in", "dotenv"}),
    frozenset({"render"}),
)
