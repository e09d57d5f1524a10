"""The Debian packages that matter here and are installed (dpkg-query(1)), by name, with their versions."""

from __future__ import annotations

from arriero.doctor.site import Site

ASKED = (
    "containerd",
    "containerd.io",
    "docker-ce",
    "docker-ce-rootless-extras",
    "docker-compose",
    "docker-compose-plugin",
    "docker-compose-v2",
    "docker-desktop",
    "docker.io",
    "libnvidia-container-tools",
    "libnvidia-container1",
    "nvidia-container-toolkit",
    "nvidia-container-toolkit-base",
    "podman-docker",
)


async def unfinished(site: Site) -> dict[str, str] | None:
    """What dpkg unpacked and did not configure, or half of either, by name: its state in dpkg-query's letters (`iHR`).

    None without dpkg. `dpkg --audit` would tell the same, to root alone.
    """
    ran = await site.host.ask("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}\t${Package}\n")
    if ran is None:
        return None
    rows = (line.split("\t") for line in ran.out.splitlines())
    return {row[1]: row[0] for row in rows if len(row) == 2 and row[0][1:2] in ("H", "U", "F")}


async def packages(site: Site) -> dict[str, str]:
    """Empty on a machine without dpkg."""
    shape = "${Package}\t${db:Status-Abbrev}\t${Version}\n"
    ran = await site.host.ask("dpkg-query", "--show", f"--showformat={shape}", *ASKED)
    rows = (line.split("\t") for line in ran.out.splitlines()) if ran else ()
    return {row[0]: row[2] for row in rows if len(row) == 3 and row[1].startswith("ii")}
