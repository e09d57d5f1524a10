"""Is somebody installing packages right now? Who holds apt's lock is in /proc/locks (proc(5))."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_LOCK = "/var/lib/dpkg/lock-frontend"


async def look(site: Site) -> Finding:
    if not site.host.exists(_LOCK):
        return saw("no_apt")
    inode = site.host.path(_LOCK).stat().st_ino
    for line in (site.host.read("/proc/locks") or "").splitlines():
        words = line.split()  # 1: POSIX ADVISORY WRITE PID MAJOR:MINOR:INODE START END; a waiting one has -> before
        if "->" not in words and len(words) >= 6 and words[5].rpartition(":")[2] == str(inode):
            name = (site.host.read(f"/proc/{words[4]}/comm") or "?").strip()
            return saw("held", pid=int(words[4]), name=name)
    return saw("free")


CHECK = Check(
    code="docker.apt_lock",
    subject=Subject.DOCKER,
    kinds={"free": Grade.GOOD, "no_apt": Grade.SKIPPED, "held": Grade.HINT},
    look=look,
)
