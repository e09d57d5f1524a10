"""May a rootless Docker make its user namespace? Ubuntu 24.04 and later refuse it to programs without a profile.

Foreign facts: `kernel.apparmor_restrict_unprivileged_userns`; the packages bring a profile for /usr/bin/rootlesskit, an
installation in the home folder needs one of its own (docker/docs, rootless/troubleshoot). It takes 65536 sub-ids.
"""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.account import account
from arriero.doctor.site import Site

_RESTRICTED = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
_SUB_IDS = 65536


async def look(site: Site) -> Finding:
    who, program = await site.fact(account), site.host.which("rootlesskit")
    if program is None or who is None or not _in_use(site):
        return saw("not_rootless")
    if _sub_ids(site.host.read("/etc/subuid") or "", who.name) < _SUB_IDS:
        return saw("no_sub_ids", user=who.name)
    restricted = (site.host.read(_RESTRICTED) or "0").strip() == "1"
    if restricted and not any(str(program) in (site.host.read(file) or "") for file in _profiles(site)):
        return saw("restricted", path=str(program))
    return saw("right")


def _in_use(site: Site) -> bool:
    return site.host.exists(Path(site.host.environ.get("HOME", "/")) / ".config/systemd/user/docker.service")


def _profiles(site: Site) -> list[Path]:
    found = site.host.lists("/etc/apparmor.d")
    return [Path("/") / path.relative_to(site.host.root) for path in found if path.is_file()]


def _sub_ids(text: str, user: str) -> int:
    """Lines are NAME:FIRST:COUNT (subuid(5))."""
    rows = (line.split(":") for line in text.splitlines())
    return sum(int(row[2]) for row in rows if len(row) == 3 and row[0] == user and row[2].isdigit())


CHECK = Check(
    code="docker.namespaces",
    subject=Subject.DOCKER,
    kinds={
        "right": Grade.GOOD,
        "not_rootless": Grade.SKIPPED,
        "no_sub_ids": Grade.ERROR,
        "restricted": Grade.ERROR,
    },
    look=look,
)
