"""Has the user a home that can be written to? Models, settings and logs lie there; a service account may have none."""

from __future__ import annotations

import os
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    told = site.host.environ.get("HOME", "")
    if not told:
        return saw("no_variable")
    home = site.host.path(told)
    if not home.is_dir():
        return saw("no_home", home=told)
    if not os.access(home, os.W_OK | os.X_OK, effective_ids=True):
        return saw("closed_home", home=told)
    if site.host.uid == 0 and "SUDO_USER" in site.host.environ and Path(told) == Path("/root"):
        return saw("through_sudo", user=site.host.environ["SUDO_USER"])
    return saw("at_home", home=told)


CHECK = Check(
    code="system.user",
    subject=Subject.SYSTEM,
    kinds={
        "at_home": Grade.GOOD,
        "through_sudo": Grade.WARNING,
        "no_variable": Grade.ERROR,
        "no_home": Grade.ERROR,
        "closed_home": Grade.ERROR,
    },
    look=look,
)
