"""Does the engine answer, and if not, what does its log say last?"""

from __future__ import annotations

import asyncio
import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import reached
from arriero.doctor.host import Ran
from arriero.doctor.site import Site
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.errors import (
    ApiTooNew,
    ApiTooOld,
    EngineDown,
    EngineNeedsRelogin,
    EnginePermission,
    EngineRefused,
)

_UNIT_S = 1.5
_SYSTEMD = re.compile(r"^docker\.service: |^(?:Starting|Started|Stopped|Failed to start) |start request repeated")
_CAUSE = re.compile(r"unable to configure the Docker daemon|failed to start daemon|level=fatal")


async def look(site: Site) -> Finding:
    found, unit = await asyncio.gather(
        site.fact(reached), site.host.run("systemctl", "is-active", "docker.service", limit_s=_UNIT_S)
    )
    if isinstance(found, Engine):
        return saw("answers", version=found.version.version)
    if site.host.which("docker") is None and site.host.which("dockerd") is None:
        return saw("not_installed")
    if isinstance(found, EnginePermission | EngineNeedsRelogin):
        return saw("closed", socket=str(found.socket))
    if isinstance(found, EngineRefused):
        return saw("refuses", asked=found.asked, status=found.status, detail=found.detail)
    if isinstance(found, ApiTooOld | ApiTooNew):
        return saw("answers", version=found.params().get("version", found.theirs))
    return await _silent(site, found.detail, unit) if isinstance(found, EngineDown) else saw("no_address")


async def _silent(site: Site, detail: str, unit: Ran | None) -> Finding:
    """A systemctl that does not end either is no sign of a daemon that was stopped."""
    if unit and (unit.code is None or unit.out.strip() == "active"):
        return saw("hangs", detail=detail)
    cause = await last_words(site)
    return saw("failed", detail=cause) if cause else saw("stopped", detail=detail)


async def last_words(site: Site) -> str:
    """Why the daemon ended, in its own words, where its log is there and this user may read it."""
    ran = await site.host.ask("journalctl", "--unit=docker.service", "--lines=60", "--output=cat", "--no-pager")
    lines = [line for line in ran.out.splitlines() if not _SYSTEMD.search(line)] if ran and ran.ok else []
    return next((line for line in reversed(lines) if _CAUSE.search(line)), "")


CHECK = Check(
    code="docker.daemon",
    subject=Subject.DOCKER,
    kinds={
        "answers": Grade.GOOD,
        "not_installed": Grade.SKIPPED,
        "no_address": Grade.SKIPPED,
        "closed": Grade.UNKNOWN,
        "stopped": Grade.ERROR,
        "failed": Grade.ERROR,
        "hangs": Grade.ERROR,
        "refuses": Grade.ERROR,
    },
    look=look,
)
