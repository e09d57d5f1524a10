"""Has Docker's source name this release instead of the one that the machine was before."""

from __future__ import annotations

import re
from pathlib import Path

from arriero.doctor.apt import UPDATE
from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.suite import CHECK, HOST
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan:
    file = Path(str(finding.params["file"]))
    old, new = str(finding.params["suite"]), str(finding.params["codename"])
    before = site.host.read(file) or ""
    back = FileWritten(file, before, root=True)
    return FixPlan((FileWritten(file, _renamed(before, old, new), root=True), UPDATE), (back, UPDATE))


def _renamed(text: str, old: str, new: str) -> str:
    """In the lines of Docker's host, and in the stanzas that name it."""
    parts = re.split(r"(\n\s*\n)", text) if "Types:" in text else text.splitlines(keepends=True)
    word = rf"(?<![\w/.-]){re.escape(old)}(?![\w-])"
    return "".join(re.sub(word, new, part) if HOST in part else part for part in parts)


FIX = Fix(CHECK.code, frozenset({"other"}), plan)
