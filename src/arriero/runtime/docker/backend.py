"""The Docker backend: one container of the Compose project per slot.

Invariant: this object remembers nothing, and touches nothing but containers that carry the project's and the slot's
labels. Compose brings up, as the user would by hand; the engine's API ends and looks, so that both work whatever has
become of the files.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from arriero.core.clock import Clock
from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.runtime import ports, proc
from arriero.runtime.backend import ServiceEvent, ServiceSnapshot, ServiceSpec, ServiceStats, StopReport
from arriero.runtime.docker import network, volume
from arriero.runtime.docker.compose import ComposeProject
from arriero.runtime.docker.compose_command import compose, until_none_is_left
from arriero.runtime.docker.container import Container, find
from arriero.runtime.docker.ending import remove
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.engine import Engine, connect
from arriero.runtime.docker.errors import ComposeFileEdited
from arriero.runtime.docker.events import happenings
from arriero.runtime.docker.inspecting import port_holder, snapshot
from arriero.runtime.docker.limits import Limits
from arriero.runtime.docker.logs import follow_lines, last_lines
from arriero.runtime.docker.pulling import ensure_image
from arriero.runtime.docker.readiness import until_ready, why_not_loaded
from arriero.runtime.docker.usage import memory_bytes, usage_of
from arriero.runtime.errors import LoadFailed, PortTaken, StopIncomplete
from arriero.runtime.http import NoAnswer
from arriero.runtime.listening import listening
from arriero.runtime.run_dir import only_one
from arriero.runtime.served import load


class DockerBackend:
    """See `arriero.runtime.backend.Backend`. Mutating methods raise CommandRunning when another does the same now, and
    EngineUnavailable's children when there is no engine."""

    kind = "docker"

    def __init__(
        self, project: ComposeProject, endpoint: Endpoint, *, run_dir: Path, clock: Clock, limits: Limits | None = None
    ) -> None:
        self.project = project
        self.endpoint = endpoint
        self._run_dir = run_dir.absolute()
        self._clock = clock
        self._limits = limits or Limits()

    async def start(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        async with self._only_one(spec.slot, "start") as (engine, found):
            if self._as_wanted(found, spec):
                return await self._until_loaded(engine, spec, found[0].restarts, report)
            return await self._begin(engine, found, spec, report)

    async def restart(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        async with self._only_one(spec.slot, "restart") as (engine, found):
            return await self._begin(engine, found, spec, report)

    async def stop(self, slot: str, port: int, report: Report) -> StopReport:
        began = self._clock.monotonic()
        async with self._only_one(slot, "stop") as (engine, found):
            before_bytes = await memory_bytes(engine, found)
            left = await self._end(engine, found, report)
            return StopReport(
                slot=slot,
                was_running=any(container.pid for container in found),
                port_free=not proc.listeners(found[0].port or port if found else port),
                memory_freed_bytes=before_bytes - await memory_bytes(engine, left),
                took_s=self._clock.monotonic() - began,
                leftovers=tuple(container.pid for container in left),
            )

    async def sweep(self, slots: Sequence[str], report: Report) -> list[StopReport]:
        """The network goes too, as with `docker compose down`; the models' volume is only a name, and stays."""
        engine = await connect(self.endpoint)
        strays = {one.slot: one.port for one in await find(engine, self.project.name) if one.slot not in slots}
        ended = [await self.stop(slot, port or 0, report) for slot, port in strays.items()]
        await network.forget_unused(engine, self.project.name)
        return ended

    async def inspect(self, slots: Sequence[tuple[str, int]]) -> list[ServiceSnapshot]:
        engine = await connect(self.endpoint)
        found = await find(engine, self.project.name)
        newest = {container.slot: container for container in reversed(found)}
        sockets = listening()
        looks = (snapshot(engine, slot, port, newest.get(slot), sockets, self._clock) for slot, port in slots)
        return list(await asyncio.gather(*looks))

    async def stats(self, slots: Sequence[str]) -> list[ServiceStats]:
        engine = await connect(self.endpoint)
        running = [one for one in await find(engine, self.project.name) if one.slot in slots and one.pid]
        seen = await asyncio.gather(*(usage_of(engine, one) for one in running))
        return [
            ServiceStats(one.slot, usage.cpu_s, usage.memory_bytes, self._clock.now())
            for one, usage in zip(running, seen, strict=True)
            if usage
        ]

    def events(self, slots: Sequence[str]) -> AsyncIterator[ServiceEvent]:
        return happenings(self.endpoint, self.project.name, slots, self._clock)

    def logs(self, slot: str, *, tail: int, follow: bool) -> AsyncIterator[str]:
        if follow:
            return follow_lines(self.endpoint, self.project.name, slot, tail, self._clock)
        return last_lines(self.endpoint, self.project.name, slot, tail)

    def settings_hash(self, spec: ServiceSpec) -> str:
        return self.project.service_hash(spec)

    def hands_out_card(self) -> bool | None:
        return not self.project.cpu

    def remarks(self) -> tuple[ArrieroError, ...]:
        return tuple(ComposeFileEdited(path) for path in self.project.edited())

    @asynccontextmanager
    async def _only_one(self, slot: str, verb: str) -> AsyncIterator[tuple[Engine, list[Container]]]:
        """The slot's lock, and what is there of it once nobody is at work on it any more."""
        with only_one(self._run_dir, slot, verb, self._clock):
            for service in (spec.name for spec in self.project.services if spec.slot == slot):
                await until_none_is_left(self.project.name, service)
            engine = await connect(self.endpoint)
            yield engine, await find(engine, self.project.name, slot)

    def _as_wanted(self, found: Sequence[Container], spec: ServiceSpec) -> bool:
        """It runs with these settings, or is about to; one that crashes or is unwell is better made anew."""
        return len(found) == 1 and found[0].is_well and found[0].settings_hash == self.settings_hash(spec)

    async def _begin(
        self, engine: Engine, found: Sequence[Container], spec: ServiceSpec, report: Report
    ) -> ServiceSnapshot:
        """All that can be known to fail is looked at before anything that runs is ended."""
        if not any(container.pid and container.port == spec.port for container in found):
            await self._require_port(engine, spec)
        await ensure_image(engine, self.project.image, report)
        stale = await volume.is_stale(engine, self.project.volume, spec.models_dir, found)
        if left := await self._end(engine, found, report):
            raise StopIncomplete(spec.slot, tuple(container.pid for container in left))
        if stale:
            await volume.forget(engine, self.project.volume)
        await self._bring_up(engine, spec, report)
        return await self._until_loaded(engine, spec, 0, report)

    async def _require_port(self, engine: Engine, spec: ServiceSpec) -> None:
        try:
            await asyncio.to_thread(ports.require_free, spec.host, spec.port)
        except PortTaken:
            raise await self._taken(engine, spec.port) from None

    async def _taken(self, engine: Engine, port: int) -> PortTaken:
        who = await port_holder(engine, await asyncio.to_thread(ports.holder, port))
        return ports.taken(who) if who else PortTaken(port, None, None, None)

    async def _end(self, engine: Engine, found: Sequence[Container], report: Report) -> list[Container]:
        """Stops and removes. Returns what is there even then."""
        if not found:
            return []
        report(Progress("backend.stop", found[0].slot))
        await asyncio.gather(*(remove(engine, container, self._limits.stop_s) for container in found))
        left = await find(engine, self.project.name, found[0].slot)
        return [container for container in left if container.pid]

    async def _bring_up(self, engine: Engine, spec: ServiceSpec, report: Report) -> None:
        """What Compose made and could not start is not left lying about."""
        if self.project.cpu:
            report(Progress("backend.cpu_mode", spec.slot))
        project = await asyncio.to_thread(self.project.prepare, spec)
        report(Progress("backend.start", spec.slot))
        try:
            words = ("up", "--detach", "--no-deps", "--no-build", spec.name)
            await compose(self.endpoint, project, words, limit_s=self._limits.up_s)
        except PortTaken:
            taken = await self._taken(engine, spec.port)
            await self._clear(engine, spec.slot)
            raise taken from None
        except ArrieroError:
            await self._clear(engine, spec.slot)
            raise

    async def _clear(self, engine: Engine, slot: str) -> None:
        for container in await find(engine, self.project.name, slot):
            if not container.pid:
                await remove(engine, container, self._limits.stop_s)

    async def _until_loaded(self, engine: Engine, spec: ServiceSpec, restarts: int, report: Report) -> ServiceSnapshot:
        """`restarts`: how many the container had when it was found or made."""
        report(Progress("backend.wait_ready", spec.slot))
        await until_ready(engine, self.project.name, spec, restarts, self._limits, self._clock)
        report(Progress("backend.load", spec.slot, params={"model": spec.model}))
        try:
            await load(spec, self._limits.load_s)
        except LoadFailed as fault:
            if not isinstance(fault.__cause__, NoAnswer):
                raise  # the server said itself why not
            why = await why_not_loaded(engine, self.project.name, spec, restarts, self._limits, self._clock)
            raise why or fault from fault
        return (await self.inspect([(spec.slot, spec.port)]))[0]
