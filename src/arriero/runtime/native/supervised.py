"""Processes under supervisors: started, found again, ended. What they serve is their callers' business.

Invariant: this object remembers nothing. What runs is found by looking (`finding`), so that any command, after a crash,
a reboot or a cleared run folder, sees the same and can end it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from arriero.core.clock import Clock
from arriero.core.errors import ArrieroError
from arriero.core.paths import SOURCE_ROOT
from arriero.core.progress import Progress, Report
from arriero.runtime import ports, proc
from arriero.runtime.ending import end
from arriero.runtime.errors import KeeperFailed, ServiceFailed, ServiceGaveUp, StopIncomplete
from arriero.runtime.native.finding import MARK, Found, find, mark
from arriero.runtime.native.following import last_lines
from arriero.runtime.native.keeper import DetachedKeeper, Keeper
from arriero.runtime.native.options import Limits, Options, from_command
from arriero.runtime.native.records import GAVE_UP, SERVING, STARTING, Record, read_record, remove_record, says_ready
from arriero.runtime.run_dir import only_one

_LOOK_EVERY_S = 0.025
_GRACE_S = 5.0  # a supervisor keeps its own time limits; past them by this much, it hangs itself
_TAIL_LINES = 20


class Order(NamedTuple):
    """One process to be kept alive. `name`: a slot, or what stands beside slots (`guard`). `words`: after the
    interpreter's and the module's, `--slot NAME` first. `port` 0: it listens nowhere and says itself when it serves
    (`records.say_ready`). `settings_hash`: of all that needs a new process when it changes.
    """

    name: str
    words: tuple[str, ...]
    settings_hash: str
    host: str = ""
    port: int = 0
    api_key_file: Path | None = None


class Supervised:
    """`argv`: the words after `python` that start such a process. Mutating methods raise CommandRunning when another
    does the same now."""

    def __init__(
        self,
        run_dir: Path,
        logs_dir: Path,
        *,
        argv: Sequence[str],
        clock: Clock,
        python: Path | None = None,
        keeper: Keeper | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.run_dir = run_dir.absolute()
        self._logs_dir = logs_dir.absolute()
        self._argv = tuple(argv)
        self._clock = clock
        self._python = str(python or sys.executable)
        self._keeper = keeper or DetachedKeeper()
        self._limits = limits or Limits()

    def find(self, names: Sequence[str]) -> dict[str, Found]:
        return find(self.run_dir, names, self._argv)

    def others(self, names: Sequence[str]) -> dict[str, int]:
        """The ports of those that live and are none of these, by name."""
        commands = (from_command(seen.command) for seen in proc.own_processes().values())
        mine = [found for found in commands if found and found.run_dir == self.run_dir and self._starts(found.engine)]
        return {found.slot: found.port for found in mine if found.slot not in names}

    def _starts(self, command: Sequence[str]) -> bool:
        return tuple(command[1 : 1 + len(self._argv)]) == self._argv

    def log(self, name: str) -> Path:
        return self._logs_dir / f"{name}.log"

    def only_one(self, name: str, verb: str) -> AbstractContextManager[None]:
        return only_one(self.run_dir, name, verb, self._clock)

    async def ensure(self, order: Order, report: Report) -> None:
        """It serves with these settings: left alone where it does, else started anew. Within `only_one`."""
        found = await self.find_one(order.name)
        if not _as_wanted(found, order):
            if found.options and found.options.port != order.port:
                ports.require_free(order.host, order.port)  # before anything that runs is ended for it
            await self.end_all(found, report)
            await self._launch_unless_begun(order, report)
        await self._until_serving(order, report)

    async def renew(self, order: Order, report: Report) -> None:
        """Ends what runs, if anything, and starts it. Within `only_one`."""
        await self.end_all(await self.find_one(order.name), report)
        await self._launch(order, report)
        await self._until_serving(order, report)

    async def find_one(self, name: str) -> Found:
        return (await asyncio.to_thread(self.find, [name]))[name]

    async def end_all(self, found: Found, report: Report) -> None:
        """Raises StopIncomplete."""
        if found.family and (left := await self.end(found, report)):
            raise StopIncomplete(found.slot, tuple(process.pid for process in left))

    async def end(self, found: Found, report: Report) -> tuple[proc.Process, ...]:
        """Ends all that was found, then looks again for what was started meanwhile. Returns what is there even then."""
        report(Progress("backend.stop", found.slot))
        await end(found.family, self._limits.stop_s + 1)
        again = await self.find_one(found.slot)
        left = await end(again.family, self._limits.stop_s)
        if not left:
            remove_record(self.run_dir, found.slot)
        return left

    async def forget(self, name: str) -> None:
        """Nothing starts it by itself any more. Raises KeeperFailed."""
        await self._keeper.forget(name)

    def at_login(self, name: str) -> bool:
        return self._keeper.at_login(name)

    async def _launch_unless_begun(self, order: Order, report: Report) -> None:
        """A start that was cancelled in its first moments may have left a supervisor that shows itself only now."""
        try:
            await self._launch(order, report)
        except KeeperFailed:
            options = (await self.find_one(order.name)).options
            if options is None or options.settings_hash != order.settings_hash:
                raise

    async def _launch(self, order: Order, report: Report) -> None:
        if order.port:
            ports.require_free(order.host, order.port)
        remove_record(self.run_dir, order.name)
        report(Progress("backend.start", order.name))
        environment = {
            "PYTHONPATH": str(SOURCE_ROOT),
            "PYTHONUNBUFFERED": "1",
            MARK: mark(order.name, self.run_dir),
        }
        await self._keeper.launch(self._options(order), self._python, environment)

    def _options(self, order: Order) -> Options:
        return Options(
            slot=order.name,
            run_dir=self.run_dir,
            log=self.log(order.name),
            host=order.host,
            port=order.port,
            settings_hash=order.settings_hash,
            api_key_file=str(order.api_key_file.absolute()) if order.api_key_file else "",
            limits=self._limits,
            engine=(self._python, *self._argv, *order.words),
        )

    async def _until_serving(self, order: Order, report: Report) -> None:
        """Looks at the record: it tells of a start by whatever keeper, and of one that another command began."""
        report(Progress("backend.wait_ready", order.name))
        deadline = self._clock.monotonic() + self._limits.start_s + _GRACE_S
        while self._clock.monotonic() < deadline:
            record = read_record(self.run_dir, order.name)
            if await self._serves(order, record):
                return
            if record and (record.phase == GAVE_UP or not proc.alive(record.supervisor)):
                raise await self._failure(order, record)
            await self._clock.sleep(_LOOK_EVERY_S)
        raise await self._failure(order, None)

    async def _serves(self, order: Order, record: Record | None) -> bool:
        if record:
            return record.phase == SERVING
        engine = (await self.find_one(order.name)).engine  # not written yet, or cleared away
        if engine is None:
            return False
        return proc.listens(engine.pid, order.port) if order.port else says_ready(self.run_dir, order.name, engine.pid)

    async def _failure(self, order: Order, record: Record | None) -> ArrieroError:
        """Why it does not serve: the port went to someone else meanwhile, or its own last words."""
        holder = await asyncio.to_thread(ports.holder, order.port) if order.port else None
        found = await self.find_one(order.name)
        if holder and holder.pid not in {member.pid for member in found.family}:
            return ports.taken(holder)
        last_exit = (record.last_exit if record else None) or "timeout"
        tail = "\n".join(await asyncio.to_thread(last_lines, self.log(order.name), _TAIL_LINES))
        if record and record.restarts:
            return ServiceGaveUp(order.name, record.restarts, last_exit, tail)
        return ServiceFailed(order.name, last_exit, tail)


def _as_wanted(found: Found, order: Order) -> bool:
    """It runs with these settings, or is about to; one that waits after a crash is better started anew."""
    same = found.options is not None and found.options.settings_hash == order.settings_hash
    return same and found.engine is not None and (found.record is None or found.record.phase in (STARTING, SERVING))
