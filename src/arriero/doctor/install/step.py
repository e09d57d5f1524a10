"""What a step of the installation is: a check and what mends it, in an order."""

from __future__ import annotations

from dataclasses import dataclass

from arriero.config.specs import BackendKind
from arriero.doctor.check import Check
from arriero.doctor.fix import Fix

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
