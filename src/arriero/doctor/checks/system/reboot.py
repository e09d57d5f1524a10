"""Does an update wait for a restart? update-notifier leaves /run/reboot-required, and who asked for it beside it."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_FLAG = "/run/reboot-required"


async def look(site: Site) -> Finding:
    if not site.host.exists(_FLAG):
        return saw("none")
    packages = tuple(sorted(set((site.host.read(f"{_FLAG}.pkgs") or "").split())))
    drivers = any(name.startswith(("nvidia", "linux-modules-nvidia")) for name in packages)
    return saw("waits_with_driver" if drivers else "waits", packages=packages)


CHECK = Check(
    code="system.reboot",
    subject=Subject.SYSTEM,
    kinds={"none": Grade.GOOD, "waits": Grade.HINT, "waits_with_driver": Grade.WARNING},
    look=look,
)
