"""The menu: every operation's key, what has to be picked for it, and the use case that plans it and carries it out.

Invariant: an operation is the same use case as the command's, planned with its dry run. The screen and the plain menu
are both made of this one table, in this order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from arriero.tui import doing
from arriero.tui.doing import Deed


class Pick(StrEnum):
    """What has to be picked first."""

    NOTHING = "nothing"
    VARIANT = "variant"  # any variant that the catalogue has
    MISSING = "missing"  # a variant that the store has not
    INSTALLED = "installed"  # a variant that the store has
    REVERTIBLE = "revertible"  # a variant with a version before
    RUNNING = "running"  # a slot with something of ours
    ACTIVE = "active"  # a slot that answers
    ANY_SLOT = "any_slot"
    UPDATE = "update"  # a slot with a model, or all of them
    VERIFY = "verify"  # look, or look and repair
    PRUNE = "prune"  # what belongs to nothing, or the versions before too
    SWITCH = "switch"  # see how it is, on, off
    MENDABLE = "mendable"  # what the last validation found that has a fix


class Ask(StrEnum):
    """What has to be typed, each a field of what is picked."""

    FILE = "file"
    NAME = "name"  # may be left empty


class Group(StrEnum):
    """Parts of the menu, in their order: the specification's five, what is done day by day, the rest."""

    STACK = "stack"
    DAILY = "daily"
    STATE = "state"
    STORE = "store"
    SERVICES = "services"


@dataclass(frozen=True)
class Operation:
    """`asks`: what is typed first. `act` None: it has a screen of its own, or `command` is typed for it into the
    terminal, which asks by itself. `planned`: its plan is shown before; `pausable`: it may fetch bytes. `group`: its
    part of the menu.
    """

    name: str
    key: str
    pick: Pick
    act: Callable[[Deed], Awaitable[object]] | None
    planned: bool = False
    pausable: bool = False
    asks: tuple[Ask, ...] = ()
    command: tuple[str, ...] = ()
    group: Group = Group.STACK


OPERATIONS = (
    Operation("validate", "1", Pick.NOTHING, doing.validate),
    Operation("install", "2", Pick.NOTHING, None, command=("install",)),
    Operation("activate", "3", Pick.VARIANT, doing.activate, planned=True, pausable=True),
    Operation("deactivate", "4", Pick.RUNNING, doing.deactivate, planned=True),
    Operation("down", "5", Pick.NOTHING, doing.down, planned=True),
    Operation("update", "6", Pick.UPDATE, doing.update, planned=True, pausable=True, group=Group.DAILY),
    Operation("rollback", "7", Pick.REVERTIBLE, doing.rollback, planned=True, group=Group.DAILY),
    Operation("chat", "8", Pick.ACTIVE, None, group=Group.DAILY),
    Operation("connect", "c", Pick.NOTHING, doing.connect, planned=True, group=Group.DAILY),
    Operation("bench", "m", Pick.ANY_SLOT, None, group=Group.DAILY),
    Operation("settings", "s", Pick.NOTHING, None, group=Group.DAILY),
    Operation("logs", "9", Pick.ANY_SLOT, None, group=Group.STATE),
    Operation("apply", "a", Pick.NOTHING, doing.apply, planned=True, group=Group.STATE),
    Operation("up", "u", Pick.NOTHING, doing.up, planned=True, group=Group.STATE),
    Operation("mend", "k", Pick.MENDABLE, None, command=("validate", "--fix"), group=Group.STATE),
    Operation("hardware", "h", Pick.NOTHING, doing.hardware, group=Group.STATE),
    Operation("fits", "f", Pick.VARIANT, doing.fits, group=Group.STORE),
    Operation("pull", "g", Pick.MISSING, doing.pull, planned=True, pausable=True, group=Group.STORE),
    Operation("check", "n", Pick.NOTHING, doing.check, group=Group.STORE),
    Operation("verify", "v", Pick.VERIFY, doing.verify, group=Group.STORE),
    Operation("remove", "b", Pick.INSTALLED, doing.remove, planned=True, group=Group.STORE),
    Operation("prune", "z", Pick.PRUNE, doing.prune, planned=True, group=Group.STORE),
    Operation(
        "import", "o", Pick.NOTHING, doing.import_model, planned=True, asks=(Ask.FILE, Ask.NAME), group=Group.STORE
    ),
    Operation("export", "e", Pick.INSTALLED, doing.export_model, planned=True, asks=(Ask.FILE,), group=Group.STORE),
    Operation("gateway", "w", Pick.SWITCH, doing.gateway, planned=True, group=Group.SERVICES),
    Operation("guard", "y", Pick.SWITCH, doing.guard, planned=True, group=Group.SERVICES),
    Operation("demo", "d", Pick.NOTHING, doing.demo, planned=True, group=Group.SERVICES),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
