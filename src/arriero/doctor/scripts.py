"""The scripts of `.scripts/`: what root does with more than one command. They refuse to run without our mark."""

from __future__ import annotations

from arriero.core.paths import PROJECT_ROOT
from arriero.doctor.apt import PACKAGES_LIMIT_S
from arriero.doctor.changes import Command
from arriero.doctor.site import Site

SCRIPTS = PROJECT_ROOT / ".scripts"


def script(name: str, *words: str) -> Command:
    """Run as root; its own rehearsal is shown beforehand."""
    return Command(_argv(name, *words), root=True, limit_s=PACKAGES_LIMIT_S, preview=_argv(name, "--dry-run", *words))


async def lines(site: Site, name: str, *words: str) -> tuple[str, ...]:
    """What a script answers to a question that changes nothing; no lines where it fails."""
    ran = await site.host.run(*_argv(name, *words), limit_s=30.0)
    return tuple(ran.out.split()) if ran and ran.ok else ()


def _argv(name: str, *words: str) -> tuple[str, ...]:
    return ("env", "ARRIERO_STEP=1", str(SCRIPTS / name), *words)
