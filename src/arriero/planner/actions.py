"""A plan: what will be done, in order, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ActionKind(StrEnum):
    INSTALL = "install"
    STOP = "stop"
    START = "start"
    RESTART = "restart"
    LOAD = "load"


@dataclass(frozen=True)
class Reason:
    """Why, as a stable code that i18n turns into words, with its parameters."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    kind: ActionKind
    slot: str
    reference: str
    reason: Reason


@dataclass(frozen=True)
class Plan:
    """Actions in the order in which they will be carried out; empty when all is as wanted already."""

    goal: str
    actions: tuple[Action, ...]

    @property
    def empty(self) -> bool:
        return not self.actions

    def of(self, kind: ActionKind) -> tuple[Action, ...]:
        return tuple(a for a in self.actions if a.kind is kind)
