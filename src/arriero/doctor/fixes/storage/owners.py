"""Gives files in the models' folder back to its user. Containers, which are root, can read them all the same."""

from __future__ import annotations

from arriero.doctor.check import Finding
from arriero.doctor.checks.storage.owners import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.owning import given_to
from arriero.doctor.site import Site


async def plan(_site: Site, finding: Finding) -> FixPlan | CannotFix:
    path, user = str(finding.params["path"]), str(finding.params["user"])
    if finding.params["owner"] == "ollama":
        return CannotFix("shared", (("path", path),))  # the machine's own Ollama could not write there any more
    return FixPlan((given_to(f"{user}:", path),))


FIX = Fix(CHECK.code, frozenset({"foreign"}), plan, frozenset({"shared"}))
