"""Makes the models' folder, or gives it back to its user."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.storage.models_folder import CHECK
from arriero.doctor.facts.account import account
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.owning import given_to
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    path = str(finding.params["path"])
    if finding.kind == "absent":
        return FixPlan((Command(("mkdir", "-p", "--", path)),), (Command(("rmdir", "--", path)),))
    who = await site.fact(account)
    if finding.params["owner"] == "ollama" or who is None:
        return CannotFix("shared", (("path", path), ("owner", finding.params["owner"])))  # a running service needs it
    return FixPlan((given_to(f"{who.name}:", path),))


FIX = Fix(CHECK.code, frozenset({"absent", "closed"}), plan, frozenset({"shared"}))
