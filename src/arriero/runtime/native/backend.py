"""The native backend: one engine process per slot, each under a supervisor that outlives the terminal.

Invariant: this object remembers nothing. What runs is found by looking (`supervised`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from arriero.core.clock import Clock
from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.runtime import proc
from arriero.runtime.backend import ServiceEvent, ServiceSnapshot, ServiceSpec, ServiceStats, StopReport
from arriero.runtime.listening import listening
from arriero.runtime.native import command
from arriero.runtime.native.events import happenings
from arriero.runtime.native.following import follow_lines, last_lines
from arriero.runtime.native.inspecting import snapshot
from arriero.runtime.native.keeper import Keeper
from arriero.runtime.native.options import Limits
from arriero.runtime.native.supervised import Order, Supervised
from arriero.runtime.served import load


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
        self._engines = Supervised(
            run_dir, logs_dir, argv=engine_argv, clock=clock, python=python, keeper=keeper, limits=limits
        )
        self._engine_argv = tuple(engine_argv)
        self._clock = clock
        self._load_s = load_s

    async def start(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        with self._engines.only_one(spec.slot, "start"):
            await self._engines.ensure(self._order(spec), report)
            return await self._loaded(spec, report)

    async def restart(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        with self._engines.only_one(spec.slot, "restart"):
            await self._engines.renew(self._order(spec), report)
            return await self._loaded(spec, report)

    async def stop(self, slot: str, port: int, report: Report) -> StopReport:
        with self._engines.only_one(slot, "stop"):
            began = self._clock.monotonic()
            found = await self._engines.find_one(slot)
            before_bytes = await asyncio.to_thread(proc.memory_bytes, found.family)
            left = await self._engines.end(found, report)
            return StopReport(
                slot=slot,
                was_running=bool(found.family),
                port_free=not proc.listeners(found.options.port if found.options else port),
                memory_freed_bytes=before_bytes - await asyncio.to_thread(proc.memory_bytes, left),
                took_s=self._clock.monotonic() - began,
                leftovers=tuple(process.pid for process in left),
            )

    async def sweep(self, slots: Sequence[str], report: Report) -> list[StopReport]:
        strays = await asyncio.to_thread(self._engines.others, slots)
        return [await self.stop(slot, port, report) for slot, port in strays.items()]

    async def inspect(self, slots: Sequence[tuple[str, int]]) -> list[ServiceSnapshot]:
        found = await asyncio.to_thread(self._engines.find, [slot for slot, _ in slots])
        sockets = listening()
        return list(await asyncio.gather(*(snapshot(found[slot], port, sockets, self._clock) for slot, port in slots)))

    async def stats(self, slots: Sequence[str]) -> list[ServiceStats]:
        return await asyncio.to_thread(self._stats, slots)

    def _stats(self, slots: Sequence[str]) -> list[ServiceStats]:
        families = {slot: found.family for slot, found in self._engines.find(slots).items()}
        return [
            ServiceStats(slot, proc.cpu_s(family), proc.memory_bytes(family), self._clock.now())
            for slot, family in families.items()
            if family
        ]

    def events(self, slots: Sequence[str]) -> AsyncIterator[ServiceEvent]:
        return happenings(self._engines.run_dir, slots, self._engine_argv, self._clock)

    async def logs(self, slot: str, *, tail: int, follow: bool) -> AsyncIterator[str]:
        if follow:
            async for line in follow_lines(self._engines.log(slot), tail, self._clock.sleep):
                yield line
        else:
            for line in await asyncio.to_thread(last_lines, self._engines.log(slot), tail):
                yield line

    def settings_hash(self, spec: ServiceSpec) -> str:
        return command.settings_hash(spec)

    def hands_out_card(self) -> bool | None:
        return None

    def remarks(self) -> tuple[ArrieroError, ...]:
        return ()

    def _order(self, spec: ServiceSpec) -> Order:
        return Order(
            name=spec.slot,
            words=command.engine_words(spec),
            settings_hash=self.settings_hash(spec),
            host=spec.host,
            port=spec.port,
            api_key_file=spec.api_key_file,
        )

    async def _loaded(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        report(Progress("backend.load", spec.slot, params={"model": spec.model}))
        await load(spec, self._load_s)
        return (await self.inspect([(spec.slot, spec.port)]))[0]
