from __future__ import annotations

import os

import pytest

from arriero.engine.llama.threads import machine_threads, thread_count, waiting_environment

HYPERTHREADED = {0: "0,4", 1: "1,5", 2: "2,6", 3: "3,7", 4: "0,4", 5: "1,5", 6: "2,6", 7: "3,7"}


@pytest.mark.parametrize(
    ("processors", "siblings", "quota", "threads"),
    [
        ({0, 1}, {}, None, 2),
        (set(range(8)), HYPERTHREADED, None, 4),
        ({0, 4}, HYPERTHREADED, None, 1),
        ({0, 1, 4}, HYPERTHREADED, None, 2),
        (set(range(8)), HYPERTHREADED, 2.5, 3),
        (set(range(8)), HYPERTHREADED, 0.1, 1),
        (set(range(8)), HYPERTHREADED, 64.0, 4),
    ],
)
def test_a_thread_for_each_core_that_may_be_used(
    processors: set[int], siblings: dict[int, str], quota: float | None, threads: int
) -> None:
    assert thread_count(processors, siblings, quota) == threads


def test_this_machine_gives_at_least_one() -> None:
    assert 1 <= machine_threads() <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize("name", ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"])
def test_who_says_how_to_wait_is_obeyed(name: str) -> None:
    assert waiting_environment({name: "x"}) == {}
    assert waiting_environment({}) == {"GOMP_SPINCOUNT": "1000"}
