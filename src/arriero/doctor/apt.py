"""apt as fixes use it: it asks nothing, waits for another package manager, and leaves the user's files as they are."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.site import Site

PACKAGES_LIMIT_S = 3600.0
_QUIETLY = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y")
_POLITELY = ("-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Options::=--force-confold")
UPDATE = Command(("apt-get", "-q", "update"), root=True, limit_s=300)


def has_apt(site: Site) -> bool:
    return site.host.which("apt-get") is not None and site.host.which("dpkg-query") is not None


def install(*words: str) -> Command:
    """Packages, and options of apt's before them."""
    return Command((*_QUIETLY, *_POLITELY, "install", *words), root=True, limit_s=PACKAGES_LIMIT_S)


def remove(*packages: str) -> Command:
    return Command((*_QUIETLY, *_POLITELY, "remove", *packages), root=True, limit_s=PACKAGES_LIMIT_S)
