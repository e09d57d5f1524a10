"""Jobs: how they end, that they end once, that they can be paused and cancelled at any moment."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from arriero.core.errors import InternalError
from arriero.core.files import CommandRunning
from arriero.core.progress import Progress, silent
from arriero.registry.control import PullControl
from arriero.state.errors import StateLocked
from arriero.tui.doing import Deed, Picked, in_turn
from arriero.tui.host import Host
from arriero.tui.jobs import KEPT_JOBS, Job, JobBook, JobState
from arriero.tui.operations import Operation, Pick

LIMIT_S = 20.0
HOST: Any = Host(lambda: None, lambda *_a, **_k: "", lambda fault: InternalError(type(fault).__name__, "x"), None, None)  # type: ignore[arg-type,return-value]


def operation(act: Any, **more: Any) -> Operation:
    return Operation("down", "5", Pick.NOTHING, act, **more)


def ended(act: Any) -> Job:
    changed = threading.Event()
    job = Job(1, operation(act), Picked(), HOST, changed.set)
    job.start()
    assert changed.wait(LIMIT_S)
    return job


async def wait_for_ever(_: Deed) -> object:
    await asyncio.Event().wait()
    return None


def test_a_result() -> None:
    async def act(deed: Deed) -> object:
        deed.report(Progress("x", done=5, total=10, params={"bytes_per_s": 2.0}))
        return "done"

    seen = ended(act).snapshot
    assert (seen.state, seen.result, seen.speed, seen.left_s) == (JobState.DONE, "done", 2.0, 2.5)


def test_a_result_with_failures_is_done_in_part() -> None:
    class Partly:
        failures = (StateLocked("/x", 1.0),)

    async def act(_: Deed) -> object:
        return Partly()

    assert ended(act).snapshot.state is JobState.PARTIAL


@pytest.mark.parametrize(
    ("fault", "code"), [(StateLocked("/x", 1.0), "state.locked"), (ZeroDivisionError(), "internal")]
)
def test_faults_and_defects_are_told_and_leave_the_rest_alone(fault: Exception, code: str) -> None:
    async def act(_: Deed) -> object:
        raise fault

    seen = ended(act).snapshot
    assert seen.fault is not None
    assert (seen.state, seen.fault.code) == (JobState.FAILED, code)


def test_cancelled_at_once_and_more_than_once() -> None:
    changed = threading.Event()
    job = Job(1, operation(wait_for_ever), Picked(), HOST, changed.set)
    job.cancel()
    job.start()
    job.cancel()
    assert changed.wait(LIMIT_S)
    assert job.snapshot.state is JobState.CANCELLED
    job.cancel()
    assert job.snapshot.state is JobState.CANCELLED


def test_cancelled_in_the_middle() -> None:
    begun, changed = threading.Event(), threading.Event()

    async def act(deed: Deed) -> object:
        begun.set()
        return await wait_for_ever(deed)

    job = Job(1, operation(act), Picked(), HOST, changed.set)
    job.start()
    assert begun.wait(LIMIT_S)
    job.cancel()
    assert changed.wait(LIMIT_S)
    assert job.snapshot.state is JobState.CANCELLED


def test_a_pause_reaches_the_transfer_and_only_where_there_is_one() -> None:
    controls: list[PullControl] = []
    begun = threading.Event()

    async def act(deed: Deed) -> object:
        controls.append(deed.control)
        begun.set()
        return await wait_for_ever(deed)

    book = JobBook(HOST, lambda: None)
    job = book.begin(operation(act, pausable=True), Picked("a"))
    assert begun.wait(LIMIT_S)
    assert job.pause_or_resume()
    assert (job.snapshot.state, controls[0].paused) == (JobState.PAUSED, True)
    assert job.pause_or_resume()
    assert (job.snapshot.state, controls[0].paused) == (JobState.RUNNING, False)
    book.end_all(LIMIT_S)
    assert job.snapshot.state is JobState.CANCELLED
    assert not job.pause_or_resume()
    other = book.begin(operation(wait_for_ever), Picked("b"))
    assert not other.pause_or_resume()
    book.end_all(LIMIT_S)


def test_a_key_mashed_begins_one_job() -> None:
    book = JobBook(HOST, lambda: None)
    same = operation(wait_for_ever)
    job = book.begin(same, Picked("a"))
    assert book.twin(same, Picked("a")) is job
    assert book.twin(same, Picked("b")) is None
    assert book.pointed_or_only(None) is job
    book.end_all(LIMIT_S)
    assert book.twin(same, Picked("a")) is None
    assert book.running == 0


def test_what_has_ended_is_kept_for_a_while_and_what_runs_for_ever() -> None:
    changed = threading.Semaphore(0)

    async def act(_: Deed) -> object:
        return "done"

    book = JobBook(HOST, changed.release)
    running = book.begin(operation(wait_for_ever), Picked("a"))
    for _ in range(KEPT_JOBS + 3):
        book.begin(operation(act), Picked())
        assert changed.acquire(timeout=LIMIT_S)
    last = book.begin(operation(act), Picked())
    numbers = [job.number for job in book.snapshots]
    assert numbers == [last.snapshot.number, *range(KEPT_JOBS + 4, 4, -1), running.snapshot.number]
    book.end_all(LIMIT_S)


async def test_its_turn_comes_after_our_own_other_operation_but_not_after_another_process() -> None:
    reports: list[Progress] = []
    deed = Deed(None, Picked(), reports.append, PullControl())  # type: ignore[arg-type]
    answers: list[object] = [CommandRunning(0, "?", "?"), CommandRunning(0, "?", "?"), "done"]

    async def work() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await in_turn(deed, work) == "done"
    assert [told.step for told in reports] == ["command.wait"]
    answers.append(CommandRunning(1, "down", "2026-11-22T16:00:00Z"))
    with pytest.raises(CommandRunning):
        await in_turn(Deed(None, Picked(), silent, PullControl()), work)  # type: ignore[arg-type]
