"""The log's parts: written within their limit, read as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from arriero.runtime.native.following import follow_lines, last_lines
from arriero.runtime.native.rotating_log import RotatingLog, parts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "qwen.log"


def test_parts_stay_within_the_limit_and_the_oldest_goes(path: Path) -> None:
    log = RotatingLog(path, limit_bytes=100)
    for number in range(50):
        log.write(f"{number:09}\n".encode())
    assert [part.name for part in parts(path)] == ["qwen.log.2", "qwen.log.1", "qwen.log"]
    assert all(part.stat().st_size <= 100 for part in parts(path))
    assert last_lines(path, 1000) == [f"{number:09}" for number in range(20, 50)]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("count", [0, 1, 15, 25, 30, 31])
def test_the_tail_goes_over_the_parts(path: Path, count: int) -> None:
    log = RotatingLog(path, limit_bytes=100)
    for number in range(30):
        log.write(f"{number:09}\n".encode())
    assert last_lines(path, count) == [f"{number:09}" for number in range(max(0, 30 - count), 30)]


def test_the_tail_of_a_large_part_is_whole(path: Path) -> None:
    RotatingLog(path, limit_bytes=10_000_000).write(b"".join(b"%d %s\n" % (n, b"x" * 5000) for n in range(100)))
    assert [line.split()[0] for line in last_lines(path, 40)] == [str(number) for number in range(60, 100)]


def test_lines_cut_by_a_rotation_or_not_finished_are_whole(path: Path) -> None:
    log = RotatingLog(path, limit_bytes=10)
    for data in (b"one\ntw", b"o\nthree\nfo", b"ur"):
        log.write(data)
    assert last_lines(path, 3) == ["two", "three", "four"]


def test_bytes_that_are_no_text_are_shown(path: Path) -> None:
    RotatingLog(path, 1000).write("ñandú\r\n".encode() + b"\xff\n")
    assert last_lines(path, 2) == ["ñandú", "�"]


def test_what_cannot_be_written_is_counted_and_told_later(path: Path) -> None:
    path.parent.parent.joinpath("logs").touch()  # a file where the folder should be
    log = RotatingLog(path, 1000)
    log.write(b"lost\n")
    log.write(b"lost too\n")
    path.parent.unlink()
    log.write(b"written\n")
    assert last_lines(path, 10) == ["[14 bytes of the log could not be written]", "written"]


def test_a_log_that_was_removed_goes_on(path: Path) -> None:
    log = RotatingLog(path, 1000)
    log.write(b"before\n")
    path.unlink()
    log.write(b"after\n")
    assert last_lines(path, 10) == ["after"]


async def test_following_crosses_rotations_removals_and_unfinished_lines(path: Path) -> None:
    log = RotatingLog(path, limit_bytes=20)
    turns = [b"b\nunfini", b"shed\n", b"x" * 15 + b"\n", b"y" * 15 + b"\n", b"", b"end\n"]

    def turn() -> None:
        if len(turns) == 2:
            path.unlink()
        log.write(turns.pop(0))

    async def next_turn(_: float) -> None:
        turn()

    log.write(b"before\na\n")
    lines = []
    async for line in follow_lines(path, 1, next_turn):
        lines.append(line)
        if line == "end":
            break
    assert lines == ["a", "b", "unfinished", "x" * 15, "y" * 15, "end"]


async def test_following_waits_for_a_log_to_come(path: Path) -> None:
    log = RotatingLog(path, 1000)

    async def write(_: float) -> None:
        log.write(b"first\n")

    lines = follow_lines(path, 5, write)
    assert await anext(lines) == "first"
