"""Is /dev/nvidia-uvm there? With driver 555 and later nobody loads nvidia_uvm at boot until CUDA is first used by root,
and a container that starts before that has no card (ollama, scripts/install.sh; ollama#5035)."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(driver)
    if not found.loaded:
        return saw("no_driver")
    if site.host.exists("/dev/nvidia-uvm") or site.host.exists("/dev/dxg"):  # WSL has its own device
        return saw("there")
    return saw("missing", loaded="nvidia_uvm" in found.modules)


CHECK = Check(
    code="gpu.uvm",
    subject=Subject.GPU,
    kinds={"there": Grade.GOOD, "no_driver": Grade.SKIPPED, "missing": Grade.ERROR},
    look=look,
)
