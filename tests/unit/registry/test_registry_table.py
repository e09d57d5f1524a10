"""Where threads meet: the order of parts, the bounds on what is under way, warm blocks, and stops."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.registry.blocks import Blocks
from arriero.registry.control import PullControl
from arriero.registry.faults import Stopped
from arriero.registry.halt import Halt
from arriero.registry.parts import Part, completed_bytes, plan_parts
from arriero.registry.table import Crowd, Table


def test_one_connection_is_enough_while_the_hash_never_waits() -> None:
    crowd = Crowd(16, 0.0)
    assert not any(crowd.waited(0.001, float(second)) for second in range(100))
    assert crowd.size == 1


def test_waits_of_the_hash_double_the_connections_up_to_the_most() -> None:
    crowd, now, sizes = Crowd(10, 0.0), 0.0, []
    for _ in range(6):
        now += 0.1
        crowd.waited(0.1, now)
        sizes.append(crowd.size)
    assert sizes == [2, 4, 8, 10, 10, 10]


@given(
    st.integers(1, 20_000),
    st.integers(1, 1000),
    st.integers(1, 40),
    st.integers(1, 16),
    st.lists(st.sampled_from(["take", "finish", "record", "hash"]), max_size=200),
)
def test_what_is_asked_for_and_not_recorded_stays_within_the_window(
    total: int, least: int, most: int, connections: int, verbs: list[str]
) -> None:
    """Whatever the order of events: parts come in order, and a kill never costs more than a part per connection."""
    parts = plan_parts(total, least, most)
    table, recorded, hashed, runs = Table(parts, connections, Halt()), {p.n: 0 for p in parts}, 0, list[list[Part]]()
    taken: list[int] = []
    for verb in verbs:
        if verb == "take" and table._waiting and table._may_take():
            runs.append(table.take())
            taken += [part.n for part in runs[-1]]
        elif verb == "finish" and runs:
            for part in runs.pop(0):
                table.arrived(part, part.size)
            table.done()
        elif verb == "record":
            grown = table.grown()
            table.recorded(grown)
            recorded |= {part.n: completed for part, completed in grown}
        elif verb == "hash" and completed_bytes(parts) > hashed and parts[0].whole:
            hashed = table.next_to_hash(hashed)
        owed = sum(parts[n].size - recorded[n] for n in taken)
        assert owed <= table.window == connections * parts[0].size
    assert taken == list(range(len(taken)))


def test_everything_is_taken_in_the_end() -> None:
    parts = plan_parts(1000, 10, 100)
    table = Table(parts, 4, Halt())
    hashed = 0
    while run := table.take():
        for part in run:
            table.arrived(part, part.size)
        table.done()
        table.recorded(table.grown())
        hashed = table.next_to_hash(hashed)
    assert hashed == 1000
    assert all(part.whole for part in parts)


def test_a_run_is_one_range_of_the_file() -> None:
    parts = plan_parts(1000, 10, 100)
    parts[3].completed = 5
    parts[5].completed = 10
    table, runs = Table(parts, 16, Halt()), []
    while run := table.take():
        runs.append([part.n for part in run])
        for part in run:
            table.arrived(part, part.size - part.completed)
        table.done()
        table.recorded(table.grown())
        table.next_to_hash(runs[-1][-1] * 10)
    starts = {run[0] for run in runs}
    assert {3, 6} <= starts, "a range begins where bytes are missing, and ends before a part that is there"
    assert sorted(n for run in runs for n in run) == [n for n in range(100) if n != 5]


def wait_for_stop(work: Callable[[], Any], halt: Halt) -> None:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    halt.stop()
    thread.join()
    assert [type(error) for error in raised] == [Stopped]


@pytest.mark.parametrize("what", ["room", "bytes", "block", "pause", "limit", "time"])
def test_every_wait_ends_with_a_stop(what: str) -> None:
    halt = Halt()
    table, blocks, control = Table(plan_parts(100, 10, 10), 1, halt), Blocks(1, halt), PullControl()
    if what == "room":
        table.take()
    if what == "block":
        blocks.get(patient=True)
    if what == "pause":
        control.pause()
    if what == "limit":
        control.limit(1)
    waits: dict[str, Callable[[], object]] = {
        "room": table.take,
        "bytes": lambda: table.next_to_hash(0),
        "block": lambda: blocks.get(patient=True),
        "pause": lambda: control.take(1, halt),
        "limit": lambda: control.take(10**9, halt),
        "time": lambda: halt.wait(10**6),
    }
    wait_for_stop(waits[what], halt)


def test_a_child_stops_with_its_parent_and_not_the_other_way() -> None:
    parent = Halt()
    first, second = parent.child(), parent.child()
    first.stop()
    assert (first.stopped, second.stopped, parent.stopped) == (True, False, False)
    parent.stop()
    assert second.stopped
    assert parent.child().stopped


def test_blocks_come_back_in_the_order_of_the_file() -> None:
    blocks = Blocks(2, Halt())
    first, second = blocks.get(patient=False), blocks.get(patient=False)
    blocks.keep(second, 3, 10)
    blocks.keep(first, 10, 0)
    assert blocks.next_kept(0) == 10
    found = blocks.take(0)
    assert found
    assert found[0] is first
    assert found[1] == 10
    assert blocks.take(5) is None
    assert blocks.take(10) == (second, 3)


def test_the_block_that_is_needed_last_is_given_up_first() -> None:
    blocks = Blocks(2, Halt())
    near, far = blocks.get(patient=False), blocks.get(patient=False)
    blocks.keep(far, 1, 100)
    blocks.keep(near, 1, 1)
    assert blocks.get(patient=False) is far
    assert blocks.take(100) is None


def test_patience_ends_when_the_hash_returns_none() -> None:
    blocks = Blocks(1, Halt())
    block = blocks.get(patient=True)
    blocks.keep(block, 1, 100)
    assert blocks.get(patient=True) is block


def test_blocks_that_were_passed_over_go_free() -> None:
    blocks = Blocks(1, Halt())
    blocks.keep(blocks.get(patient=False), 1, 5)
    assert blocks.take(50) is None
    assert len(blocks.get(patient=True)) == 1 << 20
