"""What a fix is: which checks it mends, and what it would do about what they saw.

Invariant: whether something is mended is said by the check, looking again, never by the fix.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from arriero.doctor.changes import Change
from arriero.doctor.check import Finding
from arriero.doctor.site import Site


class Afterwards(StrEnum):
    """What only the user can do before it takes effect."""

    NOTHING = "nothing"
    LOGIN = "login"
    REBOOT = "reboot"


@dataclass(frozen=True)
class FixPlan:
    """In order. `undo`: what would take it back, in order; empty where nothing can."""

    changes: tuple[Change, ...]
    undo: tuple[Change, ...] = ()
    afterwards: Afterwards = Afterwards.NOTHING


@dataclass(frozen=True)
class CannotFix:
    """`reason`: a key among the fix's texts, with `params`: why not here, or why not by us. `afterwards`: all that is
    missing is what the user has to do."""

    reason: str
    params: tuple[tuple[str, object], ...] = ()
    afterwards: Afterwards = Afterwards.NOTHING


@dataclass(frozen=True)
class Fix:
    """`check`: the code of the check that it mends; `mends`: the kinds of finding that it knows what to do about.

    `reasons` and `acts`: every `CannotFix.reason` and every `OwnAct.name` that its plans may have. Its texts are in
    `i18n.fixes_es` and `i18n.fixes_en`, by the check's code.
    """

    check: str
    mends: frozenset[str]
    plan: Callable[[Site, Finding], Awaitable[FixPlan | CannotFix]]
    reasons: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()
