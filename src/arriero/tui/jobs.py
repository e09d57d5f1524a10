"""Operations under way: each in a thread with a loop of its own, so that nothing they do holds up the screen.

Invariant: what is read of a job is one frozen snapshot, replaced whole; a job ends exactly once, and its result stays.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress
from arriero.registry.control import PullControl
from arriero.tui.doing import Deed, Picked
from arriero.tui.foreseeing import context_key, world_for
from arriero.tui.host import Host
from arriero.tui.operations import Operation

KEPT_JOBS = 50
"""Results that stay readable; an app may be open for weeks."""


class JobState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class JobSnapshot:
    """One job at one moment. `speed` is in units of the progress per second; `result` a use case's, `fault` an error.

    `cancelling`: it was told to end and has not yet.
    """

    number: int
    operation: Operation
    picked: Picked
    state: JobState = JobState.RUNNING
    progress: Progress | None = None
    speed: float | None = None
    result: object | None = None
    fault: ArrieroError | None = None
    took_s: float = 0.0
    cancelling: bool = False

    @property
    def over(self) -> bool:
        return self.state not in (JobState.RUNNING, JobState.PAUSED)

    @property
    def left_s(self) -> float | None:
        told = self.progress
        if not self.speed or told is None or told.done is None or told.total is None:
            return None
        return (told.total - told.done) / self.speed


class Job:
    """`changed` is called from the job's thread whenever its state (not merely its progress) is another."""

    def __init__(self, number: int, operation: Operation, picked: Picked, host: Host, changed: Callable[[], None]):
        self.snapshot = JobSnapshot(number, operation, picked)
        self._host, self._changed = host, changed
        self._control = PullControl()
        self._began_at = time.monotonic()
        self._counted: tuple[tuple[str, str], float, int] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[object] | None = None
        self._changing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"job-{number}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def cancel(self) -> None:
        """Also before it has really begun, and more than once; without effect on one that is over."""
        if self.snapshot.over or self.snapshot.cancelling:
            return
        self._change(cancelling=True)
        self._control.resume()
        if self._loop and self._task:
            with suppress(RuntimeError):  # its loop was closed this very moment: it is over
                self._loop.call_soon_threadsafe(self._task.cancel)

    def pause_or_resume(self) -> bool:
        """False where there is nothing to pause."""
        if self.snapshot.over or not self.snapshot.operation.pausable:
            return False
        if self._control.paused:
            self._control.resume()
        else:
            self._control.pause()
        self._counted = None
        self._change(state=JobState.PAUSED if self._control.paused else JobState.RUNNING, speed=None)
        return True

    def _change(self, **fields: Any) -> None:
        """Both threads do; a job that is over stays as it ended."""
        with self._changing:
            if not self.snapshot.over:
                self.snapshot = replace(self.snapshot, **fields)

    def _run(self) -> None:
        try:
            ended: dict[str, object] = asyncio.run(self._work())
        except asyncio.CancelledError:
            ended = {"state": JobState.CANCELLED}
        except ArrieroError as fault:
            ended = {"state": JobState.FAILED, "fault": fault}
        except Exception as defect:  # noqa: BLE001  # told like any failure; the app stays usable
            ended = {"state": JobState.FAILED, "fault": self._host.defect(defect)}
        self._change(**ended, took_s=time.monotonic() - self._began_at)
        self._changed()

    async def _work(self) -> dict[str, object]:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self.snapshot.cancelling:
            raise asyncio.CancelledError
        act = self.snapshot.operation.act
        assert act is not None  # operations with a screen of their own are no jobs
        picked = self.snapshot.picked
        world = await asyncio.to_thread(world_for, self._host, picked)
        result = await act(Deed(world, picked, self._report, self._control))
        if picked.context is not None:
            await asyncio.to_thread(self._host.keeping.keep, context_key(world, picked), picked.context)
        return {"state": JobState.PARTIAL if failures_of(result) else JobState.DONE, "result": result}

    def _report(self, progress: Progress) -> None:
        self._change(progress=progress, speed=self._speed(progress))

    def _speed(self, progress: Progress) -> float | None:
        """As the report tells it, else the mean since this step began to count."""
        told = progress.params.get("bytes_per_s")
        if isinstance(told, int | float):
            return float(told)
        if progress.done is None:
            return None
        key, now = (progress.step, progress.subject), time.monotonic()
        if self._counted is None or self._counted[0] != key:
            self._counted = (key, now, progress.done)
        _, since, done = self._counted
        return (progress.done - done) / (now - since) if now - since > 0.2 else None


def failures_of(result: object) -> tuple[ArrieroError, ...]:
    """What did not work although the rest was done: results that can have such name it `failures`."""
    failures: tuple[ArrieroError, ...] = getattr(result, "failures", ())
    return failures


class JobBook:
    """The jobs of this session, the newest first: all that run, and the last that have ended."""

    def __init__(self, host: Host, changed: Callable[[], None]) -> None:
        self._host, self._changed = host, changed
        self._jobs: list[Job] = []
        self._begun = 0

    def begin(self, operation: Operation, picked: Picked) -> Job:
        self._begun += 1
        job = Job(self._begun, operation, picked, self._host, self._changed)
        ended = [other for other in self._jobs if other.snapshot.over]
        self._jobs = [job, *(other for other in self._jobs if other not in ended[KEPT_JOBS:])]
        job.start()
        return job

    def find(self, number: int) -> Job | None:
        return next((job for job in self._jobs if job.snapshot.number == number), None)

    def pointed_or_only(self, key: str | None) -> Job | None:
        """The running job whose row's key that is, or the only one that runs."""
        running = [job for job in self._jobs if not job.snapshot.over]
        pointed = next((job for job in running if f"job-{job.snapshot.number}" == key), None)
        return pointed or (running[0] if len(running) == 1 else None)

    def twin(self, operation: Operation, picked: Picked) -> Job | None:
        """One that does the very same now: a key mashed twice must not begin it twice."""
        wanted = (operation, picked)
        seen = [(job, job.snapshot) for job in self._jobs]
        return next((job for job, now in seen if not now.over and (now.operation, now.picked) == wanted), None)

    @property
    def snapshots(self) -> tuple[JobSnapshot, ...]:
        return tuple(job.snapshot for job in self._jobs)

    @property
    def running(self) -> int:
        return sum(not job.snapshot.over for job in self._jobs)

    def end_all(self, timeout_s: float) -> None:
        """Cancels what runs and waits until it has put away what it had."""
        deadline = time.monotonic() + timeout_s
        for job in self._jobs:
            job.cancel()
        for job in self._jobs:
            job.join(max(0.0, deadline - time.monotonic()))
