"""Whether memory has come back and whether a model lies where it should, decided from values."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.hardware.gpu import Gpu
from arriero.hardware.values import GpuProcess, GpuSnapshot, GpuState
from arriero.runtime.backend import LoadedModel, ServiceSnapshot
from arriero.stack.card import (
    OFF_FAULT,
    OFF_ROOM,
    OFF_SERVICE,
    CardView,
    CardWatch,
    meant_for_card,
    off_card,
    released,
    view_card,
)
from arriero.stack.errors import CardNotReleased

GIB = 1 << 30
START = datetime(2026, 11, 22, tzinfo=UTC)
MODEL = LoadedModel("qwen:7b", 5 * GIB, 0, 4096, "")


def look(used: int, **held: int) -> GpuSnapshot:
    """`held`: GiB by pid, as `p7=5`."""
    processes = tuple(GpuProcess(int(pid[1:]), "x", "x", None, size * GIB) for pid, size in held.items())
    free = (8 - used) * GIB
    return GpuSnapshot(GpuState.READY, total_bytes=8 * GIB, used_bytes=used * GIB, free_bytes=free, processes=processes)


BEFORE = look(6, p7=5, p9=1)
OURS = frozenset({7})


@pytest.mark.parametrize(
    ("now", "is_released"),
    [
        (look(1, p9=1), True),
        (look(6, p7=5, p9=1), False),
        (look(6, p9=1), False),  # the process is gone, its bytes are not
        (look(1, p7=5, p9=1), False),
        (look(3, p9=3), True),  # another took two meanwhile, and the list says so
        (look(3, p9=1, p12=2), True),
        (look(0), True),  # another gave back what it had
    ],
)
def test_memory_is_back_when_neither_the_list_nor_the_count_has_it(now: GpuSnapshot, is_released: bool) -> None:
    assert released(BEFORE, now, OURS) is is_released


def test_a_driver_that_does_not_say_who_has_how_much_is_believed_by_its_list() -> None:
    silent_list = replace(BEFORE, processes=(GpuProcess(7, "x", "x", None, None),))
    assert not released(silent_list, silent_list, OURS)
    assert released(silent_list, replace(look(1), processes=()), OURS)


@pytest.mark.parametrize(
    ("vram", "state", "room", "cause"),
    [
        (5 * GIB, GpuState.READY, 6 * GIB, ""),
        (GIB, GpuState.READY, 2 * GIB, ""),  # in part: as its server decided
        (0, GpuState.READY, 2 * GIB, OFF_ROOM),
        (0, GpuState.READY, 6 * GIB, OFF_SERVICE),
        (0, GpuState.LOST, None, OFF_FAULT),
        (0, GpuState.SILENT, None, OFF_FAULT),
    ],
)
def test_why_a_model_is_not_on_the_card(vram: int, state: GpuState, room: int | None, cause: str) -> None:
    assert off_card(replace(MODEL, vram_bytes=vram), GpuSnapshot(state), room) == cause


def test_nothing_loaded_is_nowhere_wrong() -> None:
    assert off_card(None, GpuSnapshot(GpuState.LOST), None) == ""


class Scripted(Gpu):
    """A card that shows these looks one after the other, the last one for ever."""

    def __init__(self, *looks: GpuSnapshot) -> None:
        super().__init__("", "rtx2070s", Path("/nowhere"))
        self._looks: Iterator[GpuSnapshot] = iter((*looks[:-1],))
        self._last = looks[-1]

    async def look(self) -> GpuSnapshot:
        return next(self._looks, self._last)


class Turned(SystemClock):
    """Sleeping is all that makes time go by."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def watch(*looks: GpuSnapshot) -> CardWatch:
    made = CardWatch(Scripted(*looks), CardView(BEFORE, {"qwen": OURS}), Turned())
    made.ended("qwen")
    return made


async def test_room_is_what_is_free_once_all_is_back() -> None:
    card = watch(BEFORE, look(6, p9=1), look(1, p9=1))
    assert await card.room(silent) == 7 * GIB
    assert (card.release.freed_bytes, card.release.stuck, [p.pid for p in card.release.others]) == (5 * GIB, (), [9])
    assert card.release.took_s == pytest.approx(0.1)


async def test_what_never_comes_back_is_named_with_what_is_free() -> None:
    card = watch(BEFORE)
    with pytest.raises(CardNotReleased) as refused:
        await card.room(silent)
    assert (refused.value.free_bytes, refused.value.holders) == (2 * GIB, ("x (7)",))
    assert card.release.took_s == pytest.approx(10, abs=0.1)


async def test_a_card_that_does_not_tell_is_not_waited_for() -> None:
    card = watch(BEFORE, GpuSnapshot(GpuState.LOST))
    assert (await card.room(silent), card.release) == (None, None)


NOBODY = ServiceSnapshot("qwen", "serving", 1, None, None, 0, None, True, None, (), (), None, None, None, START)
MAPS = "import mmap, sys; f = open(sys.argv[1], 'rb'); m = mmap.mmap(f.fileno(), 0, prot=1); print(flush=True); input()"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with a library called libcuda.so mapped, as a child of this one."""
    (tmp_path / "libcuda.so.1").write_bytes(b"not really")
    command = [sys.executable, "-c", MAPS, str(tmp_path / "libcuda.so.1")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"\n"
    yield process
    process.communicate(b"\n")


async def test_a_process_is_its_services_when_it_descends_from_it(engine: subprocess.Popen[bytes]) -> None:
    gpu = replace(BEFORE, processes=tuple(GpuProcess(pid, "x", "x", None, GIB) for pid in (engine.pid, 1)))
    card = await view_card(gpu, {"qwen": replace(NOBODY, pid=os.getpid())})
    assert (card.pids, [p.pid for p in card.others]) == ({engine.pid}, [1])


@pytest.mark.parametrize(
    ("state", "handed_out", "meant"),
    [
        (GpuState.READY, None, True),
        (GpuState.LOST, None, True),
        (GpuState.NONE, None, False),
        (GpuState.NO_DRIVER, True, False),
        (GpuState.READY, False, False),  # a container that was started without it
    ],
)
async def test_who_can_use_a_card_is_meant_for_it(
    engine: subprocess.Popen[bytes], state: GpuState, handed_out: bool | None, meant: bool
) -> None:
    seen = replace(NOBODY, pid=engine.pid)
    assert await meant_for_card(CardView(GpuSnapshot(state)), seen, handed_out=handed_out) is meant


async def test_an_engine_that_was_not_built_for_a_card_is_not_meant_for_one() -> None:
    me, ready = replace(NOBODY, pid=os.getpid()), CardView(GpuSnapshot(GpuState.READY))
    assert not await meant_for_card(ready, me, handed_out=None)
    assert await meant_for_card(ready, me, handed_out=True)
