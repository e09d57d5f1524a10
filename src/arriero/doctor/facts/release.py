"""Which distribution this is, from /etc/os-release (freedesktop.org's os-release(5))."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from arriero.doctor.site import Site

_DEBIAN_COMPOSE_2 = 13


@dataclass(frozen=True)
class Release:
    """`codename` is Ubuntu's where the distribution is made from Ubuntu (Mint): repositories go by that."""

    id: str
    version: str
    name: str
    codename: str
    like: tuple[str, ...]

    @property
    def compose_package(self) -> str | None:
        """What the distribution calls Compose 2. None where it has no more than Compose 1: Debian up to 12."""
        if self.id != "debian":
            return "docker-compose-v2"
        major = self.version.partition(".")[0]
        return None if major.isdigit() and int(major) < _DEBIAN_COMPOSE_2 else "docker-compose"


async def release(site: Site) -> Release | None:
    """None where the machine does not tell."""
    text = site.host.read("/etc/os-release") or site.host.read("/usr/lib/os-release")
    if text is None:
        return None
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    told = {key: " ".join(shlex.split(value)) for key, _, value in pairs}
    return Release(
        id=told.get("ID", ""),
        version=told.get("VERSION_ID", ""),
        name=told.get("PRETTY_NAME", ""),
        codename=told.get("UBUNTU_CODENAME") or told.get("VERSION_CODENAME", ""),
        like=tuple(told.get("ID_LIKE", "").split()),
    )
