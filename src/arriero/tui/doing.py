"""How each operation calls its use case. They are imported when one is called: the first screen does not wait for them.

Invariant: nothing is decided here but the order of two use cases, and whose turn it is.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arriero.core.files import CommandRunning
from arriero.core.paths import places
from arriero.core.progress import Progress, Report
from arriero.registry.control import PullControl

if TYPE_CHECKING:
    from arriero.stack.world import World

_TURN_EVERY_S = 0.1
ON, OFF = "on", "off"


@dataclass(frozen=True)
class Picked:
    """What an operation is to be about. `slot` None: everything; `thorough`: repair, or the versions before as well.

    `context`: another one than is declared. `file`: to read or to write, as it was typed; `name`: what a model is to be
    called, or the slot that it is for; or what a service is to be, ON or OFF.
    """

    slot: str | None = None
    variant: str | None = None
    thorough: bool = False
    context: int | None = None
    file: str = ""
    name: str | None = None

    @property
    def path(self) -> Path:
        return Path(os.path.expanduser(self.file))  # noqa: PTH111  # pathlib's raises for a user that is not there


@dataclass(frozen=True)
class Deed:
    """One operation to be done, or with `dry_run` to be planned."""

    world: World
    picked: Picked
    report: Report
    control: PullControl
    dry_run: bool = False

    @property
    def slot(self) -> str:
        assert self.picked.slot is not None  # the menu asks for it
        return self.picked.slot


async def in_turn(deed: Deed, work: Callable[[], Awaitable[object]]) -> object:
    """Waits for another operation of this very process; another process's command is an error, as for commands."""
    told = False
    while True:
        try:
            return await work()
        except CommandRunning as other:
            if other.pid not in (0, os.getpid()):  # 0: it has not written its name yet
                raise
            if not told:
                deed.report(Progress("command.wait", params={"command": other.command}))
                told = True
            await asyncio.sleep(_TURN_EVERY_S)


async def validate(deed: Deed) -> object:
    from arriero.tui.validation import validate as look_all_over

    return await look_all_over(deed.world)


async def activate(deed: Deed) -> object:
    """Fetches first what a registry has, so that it can be paused and others may act meanwhile."""
    from arriero.stack.activate import activate as use_case

    world, variant = deed.world, deed.picked.variant
    reference = world.variant(world.slot(deed.slot), variant).reference
    if not deed.dry_run and await asyncio.to_thread(world.store.find, reference) is None:
        await pull(deed)
    return await in_turn(deed, lambda: use_case(world, deed.slot, deed.report, variant=variant, dry_run=deed.dry_run))


async def deactivate(deed: Deed) -> object:
    from arriero.stack.deactivate import deactivate as use_case

    return await in_turn(deed, lambda: use_case(deed.world, deed.slot, deed.report, dry_run=deed.dry_run))


async def down(deed: Deed) -> object:
    from arriero.stack.down import down as use_case

    return await in_turn(deed, lambda: use_case(deed.world, deed.report, dry_run=deed.dry_run))


async def up(deed: Deed) -> object:
    from arriero.stack.up import up as use_case

    return await in_turn(deed, lambda: use_case(deed.world, deed.report, dry_run=deed.dry_run))


async def apply(deed: Deed) -> object:
    from arriero.stack.apply import apply as use_case

    return await in_turn(deed, lambda: use_case(deed.world, deed.report, dry_run=deed.dry_run))


async def pull(deed: Deed) -> object:
    from arriero.stack.pull import pull as use_case

    return await use_case(
        deed.world,
        deed.slot,
        deed.report,
        variant=deed.picked.variant,
        control=deed.control,
        dry_run=deed.dry_run,
    )


async def check(deed: Deed) -> object:
    from arriero.stack.checking import check as use_case

    return await use_case(deed.world, deed.picked.slot)


async def update(deed: Deed) -> object:
    """Its plan is what the registries serve now."""
    if deed.dry_run:
        return await check(deed)
    from arriero.stack.update import update as use_case

    return await use_case(deed.world, deed.picked.slot, deed.report, control=deed.control)


async def rollback(deed: Deed) -> object:
    from arriero.stack.rollback import rollback as use_case

    variant, dry_run = deed.picked.variant, deed.dry_run
    return await in_turn(deed, lambda: use_case(deed.world, deed.slot, deed.report, variant=variant, dry_run=dry_run))


async def remove(deed: Deed) -> object:
    from arriero.stack.remove import remove as use_case

    variant, dry_run = deed.picked.variant, deed.dry_run
    return await in_turn(deed, lambda: use_case(deed.world, deed.slot, variant=variant, dry_run=dry_run))


async def verify(deed: Deed) -> object:
    from arriero.stack.verify import verify as use_case

    return await use_case(deed.world, None, deed.report, mend=deed.picked.thorough)


async def prune(deed: Deed) -> object:
    from arriero.stack.prune import prune as use_case

    previous, dry_run = deed.picked.thorough, deed.dry_run
    return await in_turn(deed, lambda: use_case(deed.world, previous=previous, dry_run=dry_run))


async def fits(deed: Deed) -> object:
    from arriero.stack.plan import PlanOptions, plan

    slot = deed.world.slot(deed.slot)
    return await plan(deed.world, str(deed.world.variant(slot, deed.picked.variant).reference), PlanOptions())


async def hardware(deed: Deed) -> object:
    from arriero.stack.machine import hardware as use_case

    return await use_case(deed.world.configuration.settings)


async def import_model(deed: Deed) -> object:
    from arriero.stack.installing import import_file

    picked, file = deed.picked, deed.picked.path
    return await in_turn(deed, lambda: import_file(deed.world, file, picked.name, deed.report, dry_run=deed.dry_run))


async def export_model(deed: Deed) -> object:
    from arriero.stack.export import export_model as use_case

    picked, file = deed.picked, deed.picked.path
    return await use_case(deed.world, deed.slot, file, deed.report, variant=picked.variant, dry_run=deed.dry_run)


async def connect(deed: Deed) -> object:
    from arriero.clients.connecting import connect as use_case

    return await use_case(deed.world, places().home, os.environ, dry_run=deed.dry_run)


async def gateway(deed: Deed) -> object:
    """Switched, or looked at."""
    from arriero.gateway.keeping import look, switch_off, switch_on

    if deed.picked.name is None:
        return await look(deed.world)
    return await (switch_on if deed.picked.name == ON else switch_off)(deed.world, dry_run=deed.dry_run)


async def guard(deed: Deed) -> object:
    from arriero.stack.guard import guard_off, guard_on, guard_status

    if deed.picked.name is None:
        return await guard_status(deed.world)
    return await (guard_on if deed.picked.name == ON else guard_off)(deed.world, dry_run=deed.dry_run)


async def demo(deed: Deed) -> object:
    from arriero.stack.activate import activate as plan
    from arriero.stack.demo import DEMO_SLOT, QUESTION
    from arriero.stack.demo import demo as use_case

    if deed.dry_run:
        return await plan(deed.world, DEMO_SLOT, deed.report, keep_others=True, dry_run=True)
    return await in_turn(deed, lambda: use_case(deed.world, QUESTION, deed.report))
