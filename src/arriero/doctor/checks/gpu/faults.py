"""Did the driver report faults since the boot? `NVRM: Xid (PCI:…): 79` is a card that fell off the bus.

Numbers: NVIDIA's Xid catalogue. 13, 31, 43 and 45 come from a program's own error and say nothing of the card.
"""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.facts.kernel_messages import kernel_messages
from arriero.doctor.site import Site

_XID = re.compile(r"NVRM: Xid \([^)]*\): (\d+)")
_OFF_THE_BUS = 79
_PROGRAMS_OWN = frozenset({13, 31, 43, 45})


async def look(site: Site) -> Finding:
    if not (await site.fact(driver)).loaded:
        return saw("no_driver")
    log = await site.fact(kernel_messages)
    if log is None:
        return saw("no_log")
    numbers = [int(number) for number in _XID.findall(log)]
    told = tuple(sorted(set(numbers) - _PROGRAMS_OWN))
    if _OFF_THE_BUS in told or "GPU has fallen off the bus" in log:
        return saw("off_the_bus", numbers=told)
    return saw("reported" if told else "none", numbers=told)


CHECK = Check(
    code="gpu.faults",
    subject=Subject.GPU,
    kinds={
        "none": Grade.GOOD,
        "no_driver": Grade.SKIPPED,
        "no_log": Grade.UNKNOWN,
        "reported": Grade.WARNING,
        "off_the_bus": Grade.ERROR,
    },
    look=look,
)
