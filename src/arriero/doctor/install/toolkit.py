"""The NVIDIA Container Toolkit, where there is a card; and a Docker that was started after it came.

dockerd looks for the toolkit's hooks at its start alone (moby, daemon/devices_linux.go).
"""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.apt import has_apt, remove
from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.install.step import Step
from arriero.doctor.scripts import script
from arriero.doctor.site import Site

_HOOK = "nvidia-container-runtime-hook"
_PID_FILE = "/run/docker.pid"
_FILES = (
    Path("/etc/apt/sources.list.d/nvidia-container-toolkit.sources"),
    Path("/usr/share/keyrings/nvidia-container-toolkit-keyring.asc"),
)


async def look(site: Site) -> Finding:
    found = await site.fact(driver)
    if not found.here:
        return saw("no_card")
    hook = site.host.which(_HOOK)
    if hook is None or site.host.which("nvidia-ctk") is None:
        return saw("missing")
    started = site.host.path(_PID_FILE)
    if started.exists() and started.stat().st_mtime < hook.stat().st_ctime:
        return saw("not_restarted")
    return saw("there")


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    install = script("toolkit.sh", site.settings.docker.toolkit_repository)
    if finding.kind == "not_restarted":
        return FixPlan((script("service.sh", "docker"),))
    if not has_apt(site):
        return CannotFix("no_apt")
    sources = (FileWritten(path, None, root=True) for path in _FILES if not site.host.exists(path))
    return FixPlan((install,), (remove("nvidia-container-toolkit"), *sources))


CHECK = Check(
    "install.toolkit",
    Subject.TOOLKIT,
    {"no_card": Grade.SKIPPED, "there": Grade.GOOD, "missing": Grade.ERROR, "not_restarted": Grade.ERROR},
    look,
)
FIX = Fix(CHECK.code, frozenset({"missing", "not_restarted"}), plan, reasons=frozenset({"no_apt"}))
STEP = Step(CHECK, FIX)
