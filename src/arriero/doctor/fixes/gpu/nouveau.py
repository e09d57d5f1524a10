"""Keeps nouveau from taking the card, from the next boot on. Only where NVIDIA's driver is there to take it instead."""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.changes import Command, FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.gpu.nouveau import CHECK
from arriero.doctor.facts.driver import driver
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.site import Site

BLOCKED = Path("/etc/modprobe.d/arriero-nouveau.conf")
_RENEW = Command(("update-initramfs", "-u"), root=True, limit_s=300)


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    if not (await site.fact(driver)).for_kernel:
        return CannotFix("no_driver")
    if site.host.which("update-initramfs") is None:
        return CannotFix("no_initramfs")
    text = "blacklist nouveau\noptions nouveau modeset=0\n"
    undo = (FileWritten(BLOCKED, None, root=True), _RENEW)
    return FixPlan((FileWritten(BLOCKED, text, root=True), _RENEW), undo, Afterwards.REBOOT)


FIX = Fix(CHECK.code, frozenset({"in_charge"}), plan, frozenset({"no_driver", "no_initramfs"}))
