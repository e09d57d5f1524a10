"""What tests of the native backend stand on: a backend over the stand-in engine, and how to wait for what comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.runtime.backend import ServiceSnapshot, ServiceSpec
from arriero.runtime.http import ask
from arriero.runtime.native.backend import NativeBackend
from arriero.runtime.native.finding import find
from arriero.runtime.native.options import Limits
from arriero.runtime.native.records import Record, read_record
from made_service import small_service

STANDIN = Path(__file__).with_name("standin_engine.py")
MODEL = "smollm2:135m-instruct-q4_1"
QUICK = Limits(
    backoff_s=0.05, backoff_max_s=0.2, healthy_s=60.0, crashes=3, start_s=20.0, stop_s=1.0, log_bytes=100_000
)
T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], limit_s: float = 20.0) -> T:
    """The first true thing that `look` sees."""
    deadline = time.monotonic() + limit_s
    while not (seen := await look()):
        assert time.monotonic() < deadline, f"did not come about in {limit_s} s"
        await asyncio.sleep(0.02)
    return seen


@dataclass
class World:
    """One slot `qwen` on a port of its own."""

    folder: Path
    port: int
    limits: Limits = QUICK
    processes = 2  # supervisor and engine
    first_steps = ()
    kind = "native"

    def __post_init__(self) -> None:
        self.run_dir = self.folder / "run"
        self.logs_dir = self.folder / "logs"
        self.backend = self.another()

    def another(self, limits: Limits | None = None) -> NativeBackend:
        """A backend as the next command would make it: it shares nothing with the first but the folders."""
        return NativeBackend(
            self.run_dir,
            self.logs_dir,
            clock=SystemClock(),
            engine_argv=(str(STANDIN),),
            limits=limits or self.limits,
        )

    def spec(self, **changes: object) -> ServiceSpec:
        return small_service(self.folder / "models", self.port, MODEL, changes)

    async def start(self, **changes: object) -> ServiceSnapshot:
        return await self.backend.start(self.spec(**changes), silent)

    async def seen(self) -> ServiceSnapshot:
        return (await self.backend.inspect([("qwen", self.port)]))[0]

    async def until_phase(self, phase: str) -> ServiceSnapshot:
        async def look() -> ServiceSnapshot | None:
            snapshot = await self.seen()
            return snapshot if snapshot.phase == phase else None

        return await until(look)

    async def until_begun(self) -> None:
        """Until something is there that a start made."""

        async def look() -> list[int]:
            return self.family()

        await until(look)

    async def until_alone(self) -> None:
        """Until nothing of the slot's lives any more."""

        async def look() -> bool:
            return not self.family()

        await until(look)

    async def until_recorded(self) -> None:
        """Until a supervisor lives on its own, whatever becomes of who started it."""

        async def look() -> Record | None:
            return read_record(self.run_dir, "qwen")

        await until(look)

    async def say(self, line: str) -> None:
        """Has the engine print a line."""
        await ask("127.0.0.1", self.port, "/say", post={"line": line}, limit_s=5.0)

    def family(self) -> list[int]:
        found = find(self.run_dir, ["qwen"], (str(STANDIN),))["qwen"]
        return [process.pid for process in found.family]

    def supervisor(self) -> int:
        found = find(self.run_dir, ["qwen"], (str(STANDIN),))["qwen"]
        assert found.supervisor
        return found.supervisor.pid

    async def end(self) -> None:
        """Whatever a test left: nothing of it stays."""
        if self.run_dir.exists() and not self.run_dir.is_symlink():
            report = await self.backend.stop("qwen", self.port, silent)
            assert report.leftovers == ()
