"""Loads nvidia_uvm now and at every boot, and has its device made."""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.changes import Change, Command, FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.gpu.uvm import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.site import Site

MODULES = Path("/etc/modules-load.d/arriero-nvidia.conf")


async def plan(site: Site, _finding: Finding) -> FixPlan:
    """nvidia-modprobe makes the device where udev does not."""
    changes: list[Change] = [
        FileWritten(MODULES, "nvidia\nnvidia-uvm\n", root=True),
        Command(("modprobe", "nvidia-uvm"), root=True),
    ]
    if site.host.which("nvidia-modprobe"):
        changes.append(Command(("nvidia-modprobe", "-u", "-c=0"), root=True))
    return FixPlan(tuple(changes), (FileWritten(MODULES, None, root=True),))


FIX = Fix(CHECK.code, frozenset({"missing"}), plan)
