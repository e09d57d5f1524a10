"""Makes the folder that the volume leads to, or lets Compose make the volume anew where it only names a folder."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.volume import CHECK
from arriero.doctor.facts.engine import ask, engine
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    bound, name = str(finding.params["bound"]), str(finding.params["volume"])
    if finding.kind == "gone":
        return FixPlan((Command(("mkdir", "-p", "--", bound)),), (Command(("rmdir", "--", bound)),))
    found = await site.fact(engine)
    told = await ask(found, f"/volumes/{name}") if found else None
    if not told or not (told.get("Options") or {}).get("device"):
        return CannotFix("holds_files", (("volume", name), ("path", bound)))  # its files would go with it
    using = await ask(found, "/containers/json", all=True, filters={"volume": [name]}) if found else []
    if using:
        return CannotFix("used", (("names", [one["Names"][0].lstrip("/") for one in using]),))
    return FixPlan((Command(("docker", "volume", "rm", name)),))


FIX = Fix(CHECK.code, frozenset({"gone", "elsewhere"}), plan, frozenset({"holds_files", "used"}))
