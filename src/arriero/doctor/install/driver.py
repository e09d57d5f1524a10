"""NVIDIA's driver, where there is a card of theirs."""

from __future__ import annotations

from arriero.doctor.apt import has_apt
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.install.step import BOTH, Step
from arriero.doctor.scripts import script
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(driver)
    if not found.here:
        return saw("no_card")
    ran = await site.host.run("nvidia-smi", "-L")
    if ran and ran.ok:
        return saw("works", said=ran.out.strip().partition("\n")[0])
    return saw("broken", said=ran.said if ran else found.version) if found.installed else saw("missing")


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    if finding.kind == "broken":
        return CannotFix("broken")
    if not has_apt(site):
        return CannotFix("no_apt")
    return FixPlan((script("driver.sh"),), afterwards=Afterwards.REBOOT)


CHECK = Check(
    "install.driver",
    Subject.GPU,
    {"no_card": Grade.SKIPPED, "works": Grade.GOOD, "missing": Grade.ERROR, "broken": Grade.ERROR},
    look,
)
FIX = Fix(CHECK.code, frozenset({"missing", "broken"}), plan, reasons=frozenset({"no_apt", "broken"}))
STEP = Step(CHECK, FIX, BOTH)
