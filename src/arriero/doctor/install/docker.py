"""Docker Engine and Compose: there, and answering."""

from __future__ import annotations

import asyncio
import urllib.request
from pathlib import Path

from arriero.config.specs import Packages
from arriero.core.errors import ArrieroError
from arriero.doctor.apt import has_apt, remove
from arriero.doctor.changes import Command, FileWritten
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import reached
from arriero.doctor.facts.packages import packages
from arriero.doctor.facts.release import Release, release
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.install.step import Step
from arriero.doctor.scripts import lines, script
from arriero.doctor.site import Site
from arriero.runtime.docker.errors import DockerMissing, EngineDown, EngineNeedsRelogin, EnginePermission

_SOURCE = Path("/etc/apt/sources.list.d/docker.sources")
_KEYRING = Path("/etc/apt/keyrings/docker.asc")
_ANSWER_LIMIT_S = 5.0


async def look(site: Site) -> Finding:
    """Whether this user may speak to it is the next step's question."""
    command = await site.host.run("docker", "--version")
    if command is None or not command.ok:
        return saw("missing")
    compose = await site.host.run("docker", "compose", "version", "--short")
    if compose is None or not compose.ok:
        return saw("no_compose", docker=command.out.strip())
    found = await site.fact(reached)
    if isinstance(found, EngineDown | DockerMissing):
        return saw("stopped", detail=found)
    if isinstance(found, ArrieroError) and not isinstance(found, EnginePermission | EngineNeedsRelogin):
        return saw("unusable", detail=found)
    return saw("there", docker=command.out.strip(), compose=compose.out.strip())


async def plan(site: Site, _finding: Finding) -> FixPlan | CannotFix:
    command = site.host.which("docker")
    if command and (command.is_relative_to("/snap") or command.resolve().name == "snap"):
        return CannotFix("snap")
    if not has_apt(site):
        return CannotFix("no_apt")
    words, found = await _whose(site), await site.fact(release)
    if words[0] == "distribution" and found and found.compose_package is None:
        return CannotFix("first_only", (("name", found.name),))
    new = await lines(site, "docker.sh", "--missing", *words)
    return FixPlan((script("docker.sh", *words),), _undo(site, new, official=words[0] == "official"))


def _undo(site: Site, new: tuple[str, ...], *, official: bool) -> tuple[Command | FileWritten, ...]:
    """Images and containers stay in /var/lib/docker: packages do not take them away."""
    if not new:
        return ()
    files = [path for path in (_SOURCE, _KEYRING) if official and not site.host.exists(path)]
    return (remove(*new), *(FileWritten(path, None, root=True) for path in files))


async def _whose(site: Site) -> tuple[str, ...]:
    """The one that is there already goes on; two of them would have two daemons."""
    there, found, docker = await site.fact(packages), await site.fact(release), site.settings.docker
    url = f"{docker.repository}/{_named(found)}"
    if "docker.io" in there or docker.packages is Packages.DISTRIBUTION:
        return ("distribution",)
    if "docker-ce" in there or docker.packages is Packages.OFFICIAL:
        return ("official", url)
    codename = found.codename if found else ""
    return (
        ("official", url) if await asyncio.to_thread(_answers, f"{url}/dists/{codename}/Release") else ("distribution",)
    )


def _named(found: Release | None) -> str:
    """What is made from Ubuntu or Debian takes theirs."""
    names = (found.id, *found.like) if found else ()
    return next((name for name in names if name in ("ubuntu", "debian")), "ubuntu")


def _answers(url: str) -> bool:
    """Docker's repository, with this distribution in it."""
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_LIMIT_S) as answer:  # noqa: S310  # the setting's own scheme
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


CHECK = Check(
    "install.docker",
    Subject.DOCKER,
    {
        "there": Grade.GOOD,
        "missing": Grade.ERROR,
        "no_compose": Grade.ERROR,
        "stopped": Grade.ERROR,
        "unusable": Grade.ERROR,
    },
    look,
)
FIX = Fix(
    CHECK.code,
    frozenset({"missing", "no_compose", "stopped"}),
    plan,
    reasons=frozenset({"snap", "no_apt", "first_only"}),
)
STEP = Step(CHECK, FIX)
