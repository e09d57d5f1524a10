"""Loads the module that is there, or installs that of the running kernel from Ubuntu's own packages."""

from __future__ import annotations

from arriero.doctor.apt import has_apt, install, remove
from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.gpu.driver import CHECK
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    if finding.kind == "not_loaded":
        return FixPlan((Command(("modprobe", "nvidia"), root=True),))
    if not has_apt(site) or finding.params["branch"] is None:
        return CannotFix("no_apt")
    package = f"linux-modules-nvidia-{finding.params['branch']}-generic"
    return FixPlan((install(package),), (remove(package),), Afterwards.REBOOT)


FIX = Fix(CHECK.code, frozenset({"not_loaded", "not_for_kernel"}), plan, frozenset({"no_apt"}))
