"""`guard on`, `guard off` and what `status` tells of it: the process beside the slots that `arriero.guard` is.

Invariant: whether it runs is found by looking; the database only knows whether it was asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from arriero.config.specs import Configuration
from arriero.core.clock import Clock, iso
from arriero.core.errors import ArrieroError
from arriero.core.paths import places
from arriero.core.progress import silent
from arriero.hardware.values import GpuState
from arriero.runtime import proc
from arriero.runtime.errors import ServiceFailed, ServiceGaveUp, StopIncomplete
from arriero.runtime.native.finding import Found
from arriero.runtime.native.keeper import DetachedKeeper, Keeper
from arriero.runtime.native.options import Limits
from arriero.runtime.native.records import GAVE_UP, lock_path
from arriero.runtime.native.supervised import Order, Supervised
from arriero.runtime.native.systemd import SystemdKeeper, user_manager
from arriero.stack.errors import GuardFailed, GuardNeedless
from arriero.stack.guard_notes import GuardStatus, load_notes
from arriero.stack.world import World

NAME = "_guard"
"""In the run folder and in the process list: no slot can be called that."""
_SERVICE = "guard"
_LIMITS = Limits(stop_s=30.0)  # a step that is under way, such as a restart of a service, is carried to its end


@dataclass(frozen=True)
class GuardOutcome:
    """`dry_run`: `guard` is as it was, and `action` (`start`, `restart`, `stop`, `nothing`) what would be done."""

    action: str
    dry_run: bool
    guard: GuardStatus


async def guard_on(world: World, *, dry_run: bool = False) -> GuardOutcome:
    """Starts it where it does not run with these settings. Raises GuardNeedless where there is no card to watch,
    GuardFailed, CommandRunning, StopIncomplete, KeeperFailed."""
    state, services = world.writable_state(), _services(world.configuration, world.clock)
    gpu = await world.gpu.look()
    if gpu.state in (GpuState.NONE, GpuState.NO_DRIVER, GpuState.NOT_FOUND):
        raise GuardNeedless(str(gpu.state), gpu.detail)
    order, found = _order(world.configuration), await services.find_one(NAME)
    action = _needed(found, order)
    if not dry_run:
        with services.only_one(NAME, "guard on"):
            await _ensured(services, order)
        if action != "nothing":
            state.record_transition("guard", to_state="on", reason=action, outcome="done")
        state.keep(_SERVICE, wanted=True)
    return GuardOutcome(action, dry_run, await guard_status(world))


async def guard_off(world: World, *, dry_run: bool = False) -> GuardOutcome:
    """Ends it; what it had given away stays so. Raises CommandRunning, StopIncomplete."""
    state, services = world.writable_state(), _services(world.configuration, world.clock)
    found = await services.find_one(NAME)
    action = "stop" if found.family else "nothing"
    if not dry_run:
        state.keep(_SERVICE, wanted=False)
        with services.only_one(NAME, "guard off"):
            await services.forget(NAME)
            if left := await services.end(await services.find_one(NAME), silent):
                raise StopIncomplete(_SERVICE, tuple(process.pid for process in left))
        if found.family:
            state.record_transition("guard", to_state="off", reason="asked", outcome="done")
    return GuardOutcome(action, dry_run, await guard_status(world))


async def _ensured(services: Supervised, order: Order) -> None:
    try:
        await services.ensure(order, silent)
    except (ServiceFailed, ServiceGaveUp) as fault:
        raise GuardFailed(fault.last_exit, fault.tail) from fault


async def guard_status(world: World) -> GuardStatus:
    return await asyncio.to_thread(_look, world)


async def guard_glance(world: World) -> GuardStatus | None:
    """For who looks often: None where nobody has asked for it and no supervisor of one has left its lock."""
    return await asyncio.to_thread(_glance, world)


def _glance(world: World) -> GuardStatus | None:
    begun = lock_path(world.configuration.settings.run_dir, NAME).exists()
    return _look(world) if begun or _wanted(world) else None


def _look(world: World) -> GuardStatus:
    settings = world.configuration.settings
    services = _services(world.configuration, world.clock)
    found = services.find([NAME])[NAME]
    notes = load_notes(settings.run_dir)
    own = notes if notes and found.engine and notes.pid == found.engine.pid else None
    record = found.record
    return GuardStatus(
        wanted=_wanted(world),
        running=found.engine is not None,
        gave_up=record is not None and record.phase == GAVE_UP,
        pid=found.engine.pid if found.engine else None,
        started_at=iso(datetime.fromtimestamp(proc.started_at_s(found.engine), UTC)) if found.engine else None,
        restarts=record.restarts if record else None,
        last_exit=record.last_exit if record else None,
        seen_at=own.seen_at if own else None,
        programs=settings.guard.programs,
        troubles=own.troubles if own else (),
        yielded=notes.yielded if notes else None,
        at_login=services.at_login(NAME),
        log=str(services.log(NAME)),
    )


def _wanted(world: World) -> bool:
    """A database that cannot be read has no say in it: `status` tells of that by itself."""
    try:
        return world.state is not None and _SERVICE in world.state.kept()
    except ArrieroError:
        return False


def _services(configuration: Configuration, clock: Clock) -> Supervised:
    settings = configuration.settings
    keeper: Keeper = DetachedKeeper()
    if user_manager(os.environ):
        keeper = SystemdKeeper(places().config.parent / "systemd" / "user", beside=True)
    return Supervised(
        settings.run_dir,
        settings.state_dir / "logs",
        argv=("-m", "arriero.guard"),
        clock=clock,
        keeper=keeper,
        limits=_LIMITS,
    )


def _order(configuration: Configuration) -> Order:
    """With the flags of the command that starts it; files and variables it reads by itself, again and again."""
    settings = configuration.settings
    values = {"backend": settings.backend, "simulate": settings.simulate}
    flags = [f"{key}={value}" for key, value in values.items() if configuration.origins.get(key, "").startswith("flag")]
    words = ("--slot", NAME, "--run", str(settings.run_dir.absolute()), *(w for flag in flags for w in ("--set", flag)))
    return Order(NAME, words, hashlib.sha256("\0".join(words).encode()).hexdigest()[:12])


def _needed(found: Found, order: Order) -> str:
    if found.engine is None:
        return "start"
    same = found.options is not None and found.options.settings_hash == order.settings_hash
    return "nothing" if same else "restart"
