"""Does Secure Boot keep an unsigned module out? (`Key was rejected by service`, `Required key not available`)

State: mokutil --sb-state; without it the variable SecureBoot of UEFI, whose fifth byte is 1 where it is on.
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.facts.kernel_messages import kernel_messages
from arriero.doctor.site import Site

_VARIABLE = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_REJECTED = ("Key was rejected by service", "Required key not available", "Loading of unsigned module is rejected")


async def look(site: Site) -> Finding:
    found = await site.fact(driver)
    if not found.on_bus:
        return saw("no_card")
    on = await _is_on(site)
    if on is None:
        return saw("no_uefi")
    if not on or found.loaded:
        return saw("lets_it_in" if on else "off")
    if not found.for_kernel:
        return saw("before_install")
    log = await site.fact(kernel_messages) or ""
    return saw("blocks", detail=next((words for words in _REJECTED if words in log), ""))


async def _is_on(site: Site) -> bool | None:
    """None: this machine did not start with UEFI, or does not tell."""
    told = await site.host.ask("mokutil", "--sb-state")
    if told and "SecureBoot enabled" in told.said:
        return True
    if told and "SecureBoot disabled" in told.said:
        return False
    variable = site.host.path(_VARIABLE)
    return variable.read_bytes()[4:5] == b"\1" if variable.exists() else None


CHECK = Check(
    code="gpu.secure_boot",
    subject=Subject.GPU,
    kinds={
        "off": Grade.GOOD,
        "lets_it_in": Grade.GOOD,
        "no_card": Grade.SKIPPED,
        "no_uefi": Grade.SKIPPED,
        "before_install": Grade.HINT,
        "blocks": Grade.ERROR,
    },
    look=look,
)
