"""What a step of the installation is: a check and what mends it, in an order, and the scripts that do it as root."""

from __future__ import annotations

from dataclasses import dataclass

from arriero.config.specs import BackendKind
from arriero.core.paths import PROJECT_ROOT
from arriero.doctor.changes import Command
from arriero.doctor.check import Check
from arriero.doctor.fix import Fix
from arriero.doctor.site import Site

SCRIPTS = PROJECT_ROOT / ".scripts"
PACKAGES_LIMIT_S = 3600.0
BOTH = frozenset(BackendKind)
DOCKER = frozenset({BackendKind.DOCKER})


@dataclass(frozen=True)
class Step:
    """`backends`: those that it belongs to."""

    check: Check
    fix: Fix | None
    backends: frozenset[BackendKind] = DOCKER

    @property
    def fixes(self) -> tuple[Fix, ...]:
        return (self.fix,) if self.fix else ()


def script(name: str, *words: str) -> Command:
    """A script of ours, as root. It refuses to run without the mark that says who called it."""
    return Command(_argv(name, *words), root=True, limit_s=PACKAGES_LIMIT_S, preview=_argv(name, "--dry-run", *words))


async def lines(site: Site, name: str, *words: str) -> tuple[str, ...]:
    """What a script answers to a question that changes nothing; no lines where it fails."""
    ran = await site.host.run(*_argv(name, *words), limit_s=30.0)
    return tuple(ran.out.split()) if ran and ran.ok else ()


def _argv(name: str, *words: str) -> tuple[str, ...]:
    return ("env", "ARRIERO_STEP=1", str(SCRIPTS / name), *words)
