"""Has the card's memory kept over a suspend: the driver's option, and the services that carry it out."""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.changes import Command, FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.gpu.suspend import CHECK, SERVICES
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.site import Site

OPTIONS = Path("/etc/modprobe.d/arriero-nvidia-suspend.conf")
_TEXT = "options nvidia NVreg_PreserveVideoMemoryAllocations=1 NVreg_TemporaryFilePath=/var/tmp\n"
_RENEW = Command(("update-initramfs", "-u"), root=True, limit_s=300)


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    enable, disable = (Command(("systemctl", verb, *SERVICES), root=True) for verb in ("enable", "disable"))
    if finding.kind == "services_off":
        return FixPlan((enable,), (disable,))
    if site.host.which("update-initramfs") is None:
        return CannotFix("no_initramfs")
    undo = (disable, FileWritten(OPTIONS, None, root=True), _RENEW)
    return FixPlan((FileWritten(OPTIONS, _TEXT, root=True), enable, _RENEW), undo, Afterwards.REBOOT)


FIX = Fix(CHECK.code, frozenset({"not_kept", "services_off"}), plan, frozenset({"no_initramfs"}))
