"""The part table: cut, written, read back and put together again, whatever was lost or forged."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.registry.parts import (
    MAX_PARTS,
    Part,
    assemble,
    completed_bytes,
    decode_part,
    encode_part,
    frontier,
    plan_parts,
)

TOTALS = st.integers(1, 10**12)
LEAST = st.integers(1, 10**9)
MOST = st.integers(1, 300)


@st.composite
def tables(draw: st.DrawFn) -> list[Part]:
    """A planned table of which some bytes have arrived."""
    parts = plan_parts(draw(TOTALS), draw(LEAST), draw(MOST))
    for part in parts:
        part.completed = draw(st.one_of(st.just(0), st.just(part.size), st.integers(0, part.size)))
    return parts


@given(TOTALS, LEAST, MOST)
def test_a_plan_covers_every_byte_once(total: int, least: int, most: int) -> None:
    parts = plan_parts(total, least, most)
    assert [part.n for part in parts] == list(range(len(parts)))
    assert parts[0].offset == 0
    assert all(before.end == part.offset for before, part in pairwise(parts))
    assert parts[-1].end == total
    assert len(parts) <= most
    assert all(part.size >= least for part in parts[:-1])
    assert all(part.size > 0 for part in parts)


def test_nothing_has_no_parts() -> None:
    assert plan_parts(0, 8, 256) == []
    assert assemble([], 0) == []


def test_the_file_is_ollamas() -> None:
    """As found beside a partial that Ollama 0.33 was cancelled on."""
    ours = encode_part(Part(0, 0, 98362432), 25382437)
    assert ours == b'{"N":0,"Offset":0,"Size":98362432,"Completed":25382437}\n'
    assert decode_part(ours) == Part(0, 0, 98362432, 25382437)


@given(tables(), st.randoms(use_true_random=False))
def test_what_was_recorded_is_found_again(parts: list[Part], random: object) -> None:
    read = [decode_part(encode_part(part, part.completed)) for part in parts]
    random.shuffle(read)  # type: ignore[attr-defined]
    assert assemble(read, parts[-1].end) == parts


@given(tables(), st.data())
def test_a_lost_part_file_costs_that_part_only(parts: list[Part], data: st.DataObject) -> None:
    lost = data.draw(st.sets(st.integers(1, max(1, len(parts) - 2)), max_size=3))
    kept = [part for part in parts if part.n not in lost]
    table = assemble(kept, parts[-1].end)
    assert table is not None
    for before, after in zip(parts, table, strict=True):
        assert (after.n, after.offset, after.size) == (before.n, before.offset, before.size)
        assert after.completed == (0 if before.n in lost else before.completed)


@given(tables(), st.data())
def test_what_was_tampered_with_is_no_table(parts: list[Part], data: st.DataObject) -> None:
    total = parts[-1].end
    victim = data.draw(st.sampled_from(parts))
    forged = Part(victim.n, victim.offset + data.draw(st.integers(1, 100)), victim.size, victim.completed)
    assert assemble([forged if part is victim else part for part in parts], total) is None
    assert assemble(parts, total - 1) is None
    assert assemble([*parts, Part(len(parts), total, 1)], total) is None


@given(st.lists(st.builds(Part, *[st.integers(0, 10**6)] * 4), max_size=8), st.integers(0, 10**6))
def test_any_table_that_is_accepted_keeps_the_invariant(found: list[Part], total: int) -> None:
    table = assemble(found, total)
    if table:
        assert table[0].offset == 0
        assert all(before.end == part.offset for before, part in pairwise(table))
        assert table[-1].end == total
        assert len(table) <= MAX_PARTS


@given(tables())
def test_the_frontier_is_the_first_missing_byte(parts: list[Part]) -> None:
    end, index = frontier(parts)
    assert all(part.whole for part in parts[:index])
    assert sum(part.size for part in parts[:index]) <= end
    if index < len(parts):
        assert end == parts[index].position
        assert not parts[index].whole
    else:
        assert end == completed_bytes(parts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"N":0,"Offset":0,"Size":10}',
        b'{"N":0,"Offset":0,"Size":10,"Completed":11}',
        b'{"N":-1,"Offset":0,"Size":10,"Completed":0}',
        b'{"N":true,"Offset":0,"Size":10,"Completed":0}',
        b'{"N":0,"Offset":0,"Size":1e400,"Completed":0}',
        b'{"N":0,"Offset":"0","Size":10,"Completed":0}',
        json.dumps({"N": MAX_PARTS, "Offset": 0, "Size": 10, "Completed": 0}).encode(),
        b"\xff\xfe",
    ],
)
def test_hostile_part_files_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_part(data)
