"""Can containers be stopped gracefully? AppArmor 4 (Ubuntu 23.10 and later) keeps runc from it where Docker is older.

Foreign facts: moby#47749, mended in 26.1.3, 25.0.6 and in Ubuntu's own packages; the kernel's log tells each refusal.
"""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import info
from arriero.doctor.facts.kernel_messages import kernel_messages
from arriero.doctor.site import Site

_DENIED = re.compile(r'apparmor="DENIED" operation="signal".*profile="docker-default".*peer="runc"')


async def look(site: Site) -> Finding:
    told = await site.fact(info)
    if told is None:
        return saw("no_engine")
    if not any("apparmor" in str(option) for option in told.get("SecurityOptions") or []):
        return saw("no_apparmor")
    messages = await site.fact(kernel_messages)
    if messages is None:
        return saw("unseen")
    denied = _DENIED.findall(messages)
    return saw("denied", version=told.get("ServerVersion", "?"), detail=denied[-1]) if denied else saw("right")


CHECK = Check(
    code="docker.stopping",
    subject=Subject.DOCKER,
    kinds={
        "right": Grade.GOOD,
        "no_engine": Grade.SKIPPED,
        "no_apparmor": Grade.SKIPPED,
        "unseen": Grade.SKIPPED,
        "denied": Grade.WARNING,
    },
    look=look,
)
