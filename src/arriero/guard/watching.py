"""The rounds of `guard`: programs every few seconds, the card more seldom, and what follows from what was seen."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from arriero.core.clock import Clock, iso
from arriero.core.errors import ArrieroError
from arriero.core.files import CommandRunning
from arriero.core.progress import silent
from arriero.guard import patience, programs
from arriero.stack.down import down
from arriero.stack.guard_notes import GuardNotes, Trouble, Yielded, load_notes, save_notes
from arriero.stack.heal import heal
from arriero.stack.results import Outcome
from arriero.stack.status import status
from arriero.stack.up import up
from arriero.stack.world import World

PROGRAMS_EVERY_S = 3.0
QUIET_S = 10.0
"""A program that ended may be starting its next part: so long nothing is brought back."""

logger = logging.getLogger("arriero.guard")


class Watcher:
    """`open_world` makes the installation's World with today's settings; it may block and must not be called in a loop.

    `listed`: which of the named programs runs, as `programs.running`.
    """

    def __init__(
        self,
        open_world: Callable[[], World],
        clock: Clock,
        listed: Callable[[tuple[str, ...]], str] = programs.running,
    ) -> None:
        self._open_world, self._clock, self._listed = open_world, clock, listed
        self._world: World | None = None
        self._troubles: dict[str, Trouble] = {}
        self._yielded: Yielded | None = None
        self._quiet_since: float | None = None
        self._card_due_at = clock.monotonic()

    async def round(self) -> None:
        """One look, and what it asks for. Raises what keeps the installation from being opened the first time."""
        if self._world is None:
            world = await self._opened()
            known = await asyncio.to_thread(load_notes, world.configuration.settings.run_dir)
            self._yielded = known.yielded if known else None
        world = self._world or await self._opened()
        program = await asyncio.to_thread(self._listed, world.configuration.settings.guard.programs)
        try:
            await self._give_way(program)
            if not program and self._clock.monotonic() >= self._card_due_at:
                await self._look_at_card()
        except CommandRunning as other:
            logger.info("another command is at work (%s): later", other.command)
        except ArrieroError as fault:
            logger.warning("could not look or act: %s", fault)

    def close(self) -> None:
        if self._world is not None:
            self._world.gpu.close()

    def pause_s(self) -> float:
        """Until the next round."""
        return min(PROGRAMS_EVERY_S, self._every_s())

    def _every_s(self) -> float:
        return float(self._world.configuration.settings.guard.every_s) if self._world else PROGRAMS_EVERY_S

    async def _opened(self) -> World:
        """With today's settings; where these are wrong, with those of before. The process that asks NVML is kept."""
        before = self._world
        try:
            world = await asyncio.to_thread(self._open_world)
        except ArrieroError as fault:
            if before is None:
                raise
            logger.warning("the settings of before are kept: %s", fault)
            return before
        if before is not None and _card_settings(before) == _card_settings(world):
            world = replace(world, gpu=before.gpu)
        elif before is not None:
            before.gpu.close()
        self._world = world
        return world

    async def _give_way(self, program: str) -> None:
        """`program`: the one that is to have the card now; empty when none is."""
        if program:
            self._quiet_since = None
            if self._yielded is None:
                await self._yield_to(program)
        elif self._yielded is not None:
            now_s = self._clock.monotonic()
            self._quiet_since = now_s if self._quiet_since is None else self._quiet_since
            if now_s - self._quiet_since >= QUIET_S:
                await self._restore(self._yielded)

    async def _yield_to(self, program: str) -> None:
        """Once for each time that a program comes: what is activated while it runs was activated on purpose."""
        world = await self._opened()
        since, state = iso(self._clock.now()), world.writable_state()
        running = [m.id for m in (await status(world)).models if m.pid is not None]
        if not running:
            return self._keep_yielded(world, Yielded(program, since, (), None))
        outcome = await down(world, silent)
        ended = tuple(report.slot for report in outcome.stopped)
        state.record_transition("guard", reason=f"yields: {program}", outcome=_told(outcome))
        resting = state.resting_since()
        logger.info("%s has the card: ended %s (%s)", program, ", ".join(ended) or "nothing", _told(outcome))
        return self._keep_yielded(world, Yielded(program, since, ended, iso(resting) if resting else None))

    async def _restore(self, yielded: Yielded) -> None:
        """What was ended for a program comes back, unless somebody has decided otherwise meanwhile."""
        world = await self._opened()
        state = world.writable_state()
        resting = state.resting_since()
        if yielded.slots and resting and iso(resting) == yielded.resting_since:
            outcome = await up(world, silent)
            state.record_transition("guard", reason=f"restores: {yielded.program}", outcome=_told(outcome))
            logger.info("%s is gone: brought back %s (%s)", yielded.program, ", ".join(yielded.slots), _told(outcome))
        self._keep_yielded(world, None)

    def _keep_yielded(self, world: World, yielded: Yielded | None) -> None:
        """In the notes at once: the guard after this one has to know it."""
        self._yielded, self._quiet_since = yielded, None
        known = load_notes(world.configuration.settings.run_dir)
        self._note(world, known.gpu if known else "", self._clock.now())

    async def _look_at_card(self) -> None:
        world = await self._opened()
        self._card_due_at = self._clock.monotonic() + self._every_s()
        seen, now = await status(world), self._clock.now()
        self._tell(patience.judge(self._troubles, seen.models, now))
        if slots := patience.due(self._troubles, now):
            await self._heal(world, slots)
        self._note(world, str(seen.gpu.state), now)

    async def _heal(self, world: World, slots: tuple[str, ...]) -> None:
        outcome = await heal(world, slots, silent)
        fault, now = next((f.code for f in outcome.failures), None), self._clock.now()
        still = patience.judge({}, outcome.models, now)
        acted = {action.slot for action in outcome.plan.actions}
        for model in (m for m in outcome.models if m.id in acted):
            if model.id in still:
                self._troubles[model.id] = patience.tried(self._troubles[model.id], model.pid, fault, now)
                logger.warning("%s: a restart did not help (%s)", model.id, self._troubles[model.id])
            else:
                self._troubles.pop(model.id, None)
                logger.info("%s: started anew, %s", model.id, model.processor or model.state)

    def _tell(self, troubles: dict[str, Trouble]) -> None:
        for slot, trouble in troubles.items():
            if trouble is not self._troubles.get(slot):
                logger.warning("%s is not on the card: %s", slot, trouble.cause)
        for slot in self._troubles.keys() - troubles.keys():
            logger.info("%s: nothing is wrong with it any more", slot)
        self._troubles = troubles

    def _note(self, world: World, gpu: str, now: datetime) -> None:
        notes = GuardNotes(os.getpid(), iso(now), gpu, tuple(self._troubles.values()), self._yielded)
        save_notes(world.configuration.settings.run_dir, notes)


def _card_settings(world: World) -> tuple[object, ...]:
    settings = world.configuration.settings
    return settings.gpu, settings.simulate, settings.run_dir


def _told(outcome: Outcome) -> str:
    return f"failed: {outcome.failures[0].code}" if outcome.failures else "done"
