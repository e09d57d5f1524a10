"""Is the clock right? Behind its time, certificates "are not yet valid" and no registry can be reached.

No network is asked: a file of the system's that is newer than now shows a clock that fell behind, timedatectl (systemd)
whether somebody keeps it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from arriero.core.clock import iso
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_WITNESSES = ("/var/lib/dpkg/status", "/var/lib/apt/lists", "/var/log", "/var/lib/systemd/timesync/clock", "/etc")
_SLACK_S = 300.0


async def look(site: Site) -> Finding:
    now = site.world.clock.now()
    newest = max((site.host.path(name).stat().st_mtime for name in _WITNESSES if site.host.exists(name)), default=0.0)
    if newest - now.timestamp() > _SLACK_S:
        return saw("behind", now=iso(now), newest=iso(datetime.fromtimestamp(newest, UTC)))
    ran = await site.host.ask("timedatectl", "show", "--property=NTP", "--property=NTPSynchronized")
    told = dict(line.split("=", 1) for line in ran.out.split() if "=" in line) if ran and ran.ok else {}
    if not told:
        return saw("plausible")
    if told.get("NTPSynchronized") == "yes":
        return saw("kept")
    return saw("not_yet" if told.get("NTP") == "yes" else "not_kept")


CHECK = Check(
    code="system.clock",
    subject=Subject.SYSTEM,
    kinds={
        "kept": Grade.GOOD,
        "plausible": Grade.GOOD,
        "not_yet": Grade.HINT,
        "not_kept": Grade.HINT,
        "behind": Grade.ERROR,
    },
    look=look,
)
