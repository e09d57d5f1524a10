"""NVIDIA's container toolkit: its programs, packages, CDI specifications, and the daemon that has to know of it.

Sources: NVIDIA's install guide and cdi-support page (1.20), moby's daemon/devices_nvidia_linux.go (dockerd looks for
the hooks once, when it starts).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from arriero.doctor.facts.driver import driver
from arriero.doctor.facts.packages import packages
from arriero.doctor.site import Site

PACKAGES = (
    "nvidia-container-toolkit",
    "nvidia-container-toolkit-base",
    "libnvidia-container-tools",
    "libnvidia-container1",
)
GENERATED = Path("/var/run/cdi/nvidia.yaml")
HANDMADE = Path("/etc/cdi/nvidia.yaml")
_HOOKS = ("nvidia-cdi-hook", "nvidia-container-runtime-hook")
_LIBRARY = re.compile(r"libcuda\.so\.(\d+\.[\d.]*\d)")


@dataclass(frozen=True)
class Toolkit:
    """`wanted`: there is a driver, and Docker to hand the card to. `hook`: what dockerd looks for, None without one.

    `versions`: of its packages, as far as dpkg has them.
    """

    wanted: bool
    hook: Path | None
    versions: dict[str, str]

    @property
    def release(self) -> tuple[int, int] | None:
        """(1, 18) of 1.18.1-1, as its package tells."""
        found = re.match(r"(\d+)\.(\d+)", self.versions.get(PACKAGES[0], ""))
        return (int(found[1]), int(found[2])) if found else None


async def toolkit(site: Site) -> Toolkit:
    """Where it is not wanted, nothing more is asked."""
    docker = site.host.which("dockerd") or site.host.which("docker")
    if docker is None or not (await site.fact(driver)).loaded:
        return Toolkit(wanted=False, hook=None, versions={})
    installed = await site.fact(packages)
    return Toolkit(
        wanted=True,
        hook=next((hook for name in _HOOKS if (hook := site.host.which(name))), None),
        versions={name: installed[name] for name in PACKAGES if name in installed},
    )


def libraries_named(text: str) -> frozenset[str]:
    """The driver's versions that a CDI specification mounts libcuda of."""
    return frozenset(_LIBRARY.findall(text))


def started_at_s(site: Site, name: str) -> float | None:
    """When the oldest process of that name began, seconds since the epoch (proc(5)); None where none runs."""
    boot = re.search(r"^btime (\d+)", site.host.read("/proc/stat") or "", re.MULTILINE)
    ticks = [found for folder in site.host.lists("/proc", "[0-9]*") if (found := _ticks(folder, name)) is not None]
    return int(boot[1]) + min(ticks) / os.sysconf("SC_CLK_TCK") if boot and ticks else None


def _ticks(folder: Path, name: str) -> int | None:
    try:
        if (folder / "comm").read_text().strip() != name:
            return None
        return int((folder / "stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return None  # it ended while we looked
