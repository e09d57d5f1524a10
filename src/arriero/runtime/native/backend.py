"""The native backend: one engine process per slot, each under a supervisor that outlives the terminal.

Invariant: this object remembers nothing. What runs is found by looking (`finding`), so that any command, after a crash,
a reboot or a cleared run folder, sees the same and can end it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from arriero.core.clock import Clock
from arriero.core.errors import ArrieroError
from arriero.core.paths import SOURCE_ROOT
from arriero.core.progress import Progress, Report
from arriero.runtime import ports, proc
from arriero.runtime.backend import ServiceEvent, ServiceSnapshot, ServiceSpec, ServiceStats, StopReport
from arriero.runtime.ending import end
from arriero.runtime.errors import KeeperFailed, ServiceFailed, ServiceGaveUp, StopIncomplete
from arriero.runtime.native import command
from arriero.runtime.native.events import happenings
from arriero.runtime.native.finding import MARK, Found, find, mark
from arriero.runtime.native.following import follow_lines, last_lines
from arriero.runtime.native.inspecting import snapshot
from arriero.runtime.native.keeper import DetachedKeeper, Keeper
from arriero.runtime.native.options import Limits, Options
from arriero.runtime.native.records import GAVE_UP, SERVING, STARTING, Record, read_record, remove_record
from arriero.runtime.run_dir import only_one
from arriero.runtime.served import load

_LOOK_EVERY_S = 0.025
_GRACE_S = 5.0  # a supervisor keeps its own time limits; past them by this much, it hangs itself
_TAIL_LINES = 20


class NativeBackend:
    """See `arriero.runtime.backend.Backend`. Mutating methods raise CommandRunning when another does the same now.

    `engine_argv`: the words after `python` that start an engine. `load_s`: how long a model may take to load.
    """

    kind = "native"

    def __init__(
        self,
        run_dir: Path,
        logs_dir: Path,
        *,
        clock: Clock,
        python: Path | None = None,
        engine_argv: Sequence[str] = ("-m", "arriero.engine"),
        keeper: Keeper | None = None,
        limits: Limits | None = None,
        load_s: float = 600.0,
    ) -> None:
        self._run_dir = run_dir.absolute()
        self._logs_dir = logs_dir.absolute()
        self._clock = clock
        self._python = str(python or sys.executable)
        self._engine_argv = tuple(engine_argv)
        self._keeper = keeper or DetachedKeeper()
        self._limits = limits or Limits()
        self._load_s = load_s

    async def start(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        with self._only_one(spec.slot, "start"):
            found = await self._find(spec.slot)
            if not self._as_wanted(found, spec):
                if found.options and found.options.port != spec.port:
                    ports.require_free(spec.host, spec.port)  # before anything that runs is ended for it
                await self._end_all(found, report)
                await self._launch_unless_begun(spec, report)
            return await self._until_loaded(spec, report)

    async def restart(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        with self._only_one(spec.slot, "restart"):
            await self._end_all(await self._find(spec.slot), report)
            await self._launch(spec, report)
            return await self._until_loaded(spec, report)

    async def stop(self, slot: str, port: int, report: Report) -> StopReport:
        with self._only_one(slot, "stop"):
            began = self._clock.monotonic()
            found = await self._find(slot)
            before_bytes = await asyncio.to_thread(proc.memory_bytes, found.family)
            left = await self._end(found, report)
            return StopReport(
                slot=slot,
                was_running=bool(found.family),
                port_free=not proc.listeners(found.options.port if found.options else port),
                memory_freed_bytes=before_bytes - await asyncio.to_thread(proc.memory_bytes, left),
                took_s=self._clock.monotonic() - began,
                leftovers=tuple(process.pid for process in left),
            )

    async def inspect(self, slots: Sequence[tuple[str, int]]) -> list[ServiceSnapshot]:
        found = await asyncio.to_thread(find, self._run_dir, [slot for slot, _ in slots], self._engine_argv)
        return list(await asyncio.gather(*(snapshot(found[slot], port, self._clock) for slot, port in slots)))

    async def stats(self, slots: Sequence[str]) -> list[ServiceStats]:
        return await asyncio.to_thread(self._stats, slots)

    def _stats(self, slots: Sequence[str]) -> list[ServiceStats]:
        families = {slot: found.family for slot, found in find(self._run_dir, slots, self._engine_argv).items()}
        return [
            ServiceStats(slot, proc.cpu_s(family), proc.memory_bytes(family), self._clock.now())
            for slot, family in families.items()
            if family
        ]

    def events(self, slots: Sequence[str]) -> AsyncIterator[ServiceEvent]:
        return happenings(self._run_dir, slots, self._engine_argv, self._clock)

    async def logs(self, slot: str, *, tail: int, follow: bool) -> AsyncIterator[str]:
        if follow:
            async for line in follow_lines(self._log(slot), tail, self._clock.sleep):
                yield line
        else:
            for line in await asyncio.to_thread(last_lines, self._log(slot), tail):
                yield line

    def settings_hash(self, spec: ServiceSpec) -> str:
        return command.settings_hash(spec)

    def hands_out_card(self) -> bool | None:
        return None

    def remarks(self) -> tuple[ArrieroError, ...]:
        return ()

    def _only_one(self, slot: str, verb: str) -> AbstractContextManager[None]:
        return only_one(self._run_dir, slot, verb, self._clock)

    async def _find(self, slot: str) -> Found:
        return (await asyncio.to_thread(find, self._run_dir, [slot], self._engine_argv))[slot]

    def _as_wanted(self, found: Found, spec: ServiceSpec) -> bool:
        """It runs with these settings, or is about to; one that waits after a crash is better started anew."""
        same = found.options is not None and found.options.settings_hash == self.settings_hash(spec)
        return same and found.engine is not None and (found.record is None or found.record.phase in (STARTING, SERVING))

    async def _end_all(self, found: Found, report: Report) -> None:
        if found.family and (left := await self._end(found, report)):
            raise StopIncomplete(found.slot, tuple(process.pid for process in left))

    async def _end(self, found: Found, report: Report) -> tuple[proc.Process, ...]:
        """Ends all that was found, then looks again for what was started meanwhile. Returns what is there even then."""
        report(Progress("backend.stop", found.slot))
        await end(found.family, self._limits.stop_s + 1)
        again = await self._find(found.slot)
        left = await end(again.family, self._limits.stop_s)
        if not left:
            remove_record(self._run_dir, found.slot)
        return left

    async def _launch_unless_begun(self, spec: ServiceSpec, report: Report) -> None:
        """A start that was cancelled in its first moments may have left a supervisor that shows itself only now."""
        try:
            await self._launch(spec, report)
        except KeeperFailed:
            options = (await self._find(spec.slot)).options
            if options is None or options.settings_hash != self.settings_hash(spec):
                raise

    async def _launch(self, spec: ServiceSpec, report: Report) -> None:
        ports.require_free(spec.host, spec.port)
        remove_record(self._run_dir, spec.slot)
        report(Progress("backend.start", spec.slot))
        environment = {
            "PYTHONPATH": str(SOURCE_ROOT),
            "PYTHONUNBUFFERED": "1",
            MARK: mark(spec.slot, self._run_dir),
        }
        await self._keeper.launch(self._options(spec), self._python, environment)

    def _options(self, spec: ServiceSpec) -> Options:
        return Options(
            slot=spec.slot,
            run_dir=self._run_dir,
            log=self._log(spec.slot),
            host=spec.host,
            port=spec.port,
            settings_hash=self.settings_hash(spec),
            api_key_file=str(spec.api_key_file.absolute()) if spec.api_key_file else "",
            limits=self._limits,
            engine=command.engine_command(self._python, self._engine_argv, spec),
        )

    async def _until_loaded(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        report(Progress("backend.wait_ready", spec.slot))
        await self._until_serving(spec)
        report(Progress("backend.load", spec.slot, params={"model": spec.model}))
        await load(spec, self._load_s)
        return (await self.inspect([(spec.slot, spec.port)]))[0]

    async def _until_serving(self, spec: ServiceSpec) -> None:
        """Looks at the record: it tells of a start by whatever keeper, and of one that another command began."""
        deadline = self._clock.monotonic() + self._limits.start_s + _GRACE_S
        while self._clock.monotonic() < deadline:
            record = read_record(self._run_dir, spec.slot)
            if await self._serves(spec, record):
                return
            if record and (record.phase == GAVE_UP or not proc.alive(record.supervisor)):
                raise await self._failure(spec, record)
            await self._clock.sleep(_LOOK_EVERY_S)
        raise await self._failure(spec, None)

    async def _serves(self, spec: ServiceSpec, record: Record | None) -> bool:
        if record:
            return record.phase == SERVING
        engine = (await self._find(spec.slot)).engine  # not written yet, or cleared away
        return engine is not None and proc.listens(engine.pid, spec.port)

    async def _failure(self, spec: ServiceSpec, record: Record | None) -> ArrieroError:
        """Why it does not serve: the port went to someone else meanwhile, or its own last words."""
        holder = await asyncio.to_thread(ports.holder, spec.port)
        found = await self._find(spec.slot)
        if holder and holder.pid not in {member.pid for member in found.family}:
            return ports.taken(holder)
        last_exit = (record.last_exit if record else None) or "timeout"
        tail = "\n".join(await asyncio.to_thread(last_lines, self._log(spec.slot), _TAIL_LINES))
        if record and record.restarts:
            return ServiceGaveUp(spec.slot, record.restarts, last_exit, tail)
        return ServiceFailed(spec.slot, last_exit, tail)

    def _log(self, slot: str) -> Path:
        return self._logs_dir / f"{slot}.log"
