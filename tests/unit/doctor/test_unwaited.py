"""Who hangs in a thread is left behind; who answers is heard."""

import asyncio
import threading

import pytest

from arriero.doctor.unwaited import run_unwaited


def test_a_thread_that_hangs_holds_up_nothing() -> None:
    let_go = threading.Event()

    async def work() -> str:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(let_go.wait), 0.05)
        return "done"

    assert run_unwaited(work()) == "done"  # asyncio.run would wait for the thread here, for ever
    let_go.set()


def test_threads_answer_and_fail_as_ever() -> None:
    async def work() -> list[object]:
        asked = (asyncio.to_thread(int, word) for word in ("7", "x"))
        return list(await asyncio.gather(*asked, return_exceptions=True))

    seven, fault = run_unwaited(work())
    assert seven == 7
    assert isinstance(fault, ValueError)
