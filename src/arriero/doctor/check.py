"""What a check is: a code, what it is about, the kinds of things that it may see, and how to look.

Invariant: a check looks and changes nothing. What it sees is a kind that it declared, with typed parameters; what that
means to people is in `i18n.checks_es` and `i18n.checks_en`, one text for each kind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from arriero.doctor.site import Site


class Grade(StrEnum):
    """How to take what was seen. SKIPPED: the question does not arise here. UNKNOWN: it could not be answered."""

    GOOD = "good"
    SKIPPED = "skipped"
    HINT = "hint"
    UNKNOWN = "unknown"
    WARNING = "warning"
    ERROR = "error"

    @property
    def ok(self) -> bool:
        return self in (Grade.GOOD, Grade.SKIPPED)

    @property
    def rank(self) -> int:
        """Worse ones are greater."""
        return list(Grade).index(self)


class Subject(StrEnum):
    """What a check is about; results are shown in this order."""

    SYSTEM = "system"
    GPU = "gpu"
    TOOLKIT = "toolkit"
    DOCKER = "docker"
    COMPOSE = "compose"
    NETWORK = "network"
    STORAGE = "storage"
    ARRIERO = "arriero"
    MODELS = "models"


@dataclass(frozen=True)
class Finding:
    """`kind`: one of the check's own, or of EVERY_CHECK_MAY. A parameter may be an error of ours: its text is told."""

    kind: str
    params: Mapping[str, object]


def saw(kind: str, **params: object) -> Finding:
    return Finding(kind, params)


@dataclass(frozen=True)
class Check:
    """`code` is stable and begins with the subject (`docker.group`). `kinds`: what it may see, and how to take that."""

    code: str
    subject: Subject
    kinds: Mapping[str, Grade]
    look: Callable[[Site], Awaitable[Finding]]


EVERY_CHECK_MAY: Mapping[str, Grade] = dict.fromkeys(("timed_out", "unreadable", "defect"), Grade.UNKNOWN)
"""Did not answer in time; may not be read; is a defect of the check's own."""


@dataclass(frozen=True)
class Checked:
    """One check and what it saw."""

    check: Check
    finding: Finding

    @property
    def grade(self) -> Grade:
        return {**EVERY_CHECK_MAY, **self.check.kinds}[self.finding.kind]

    @property
    def severity(self) -> Grade:
        """How bad what was seen is; for what is well, how bad it would have been."""
        return max(self.check.kinds.values(), key=lambda g: g.rank) if self.grade.ok else self.grade
