"""The simulated card over real processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from arriero.config.simulation import SimulationSpec, parse_simulation
from arriero.hardware.processes import born, started_at
from arriero.hardware.reading import read
from arriero.hardware.simulated import DESKTOP_PID, VARIABLE, SimulatedNvml
from arriero.hardware.values import GpuProcess, GpuSnapshot, GpuState

GIB = 1 << 30
HERE = f"/nowhere/{os.getpid()}"
"""The run folder that these cards belong to: no other test's processes are on them."""
WAITS = "import sys; sys.stdin.read()"
Spawn = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """A process that holds so much of the card."""
    started: list[subprocess.Popen[bytes]] = []

    def start(size: str) -> subprocess.Popen[bytes]:
        environ = {**os.environ, VARIABLE: f"{size}@{HERE}"}
        started.append(subprocess.Popen([sys.executable, "-c", WAITS], stdin=subprocess.PIPE, env=environ))
        return started[-1]

    yield start
    for process in started:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


class Card:
    """A simulated card whose clock is turned by hand, and that sees no engines but those told to it."""

    def __init__(self, text: str) -> None:
        self.now = 0.0
        self.nvml = SimulatedNvml(parse_simulation(text), HERE, lambda: self.now)

    def look(self) -> GpuSnapshot:
        return read(self.nvml, "", simulated=True)

    def of(self, process: subprocess.Popen[bytes]) -> GpuProcess | None:
        return next((p for p in self.look().processes if p.pid == process.pid), None)


def test_it_says_that_it_is_simulated_and_has_a_desktop() -> None:
    seen = Card("rtx2070s,desktop=900M").look()
    assert (seen.state, seen.simulated, seen.compute_capability) == (GpuState.READY, True, "7.5")
    desktop = next(p for p in seen.processes if p.pid == DESKTOP_PID)
    assert (desktop.process, desktop.vram_bytes) == ("desktop (simulated)", 900_000_000)
    assert seen.total_bytes == 8 * GIB == seen.used_bytes + seen.free_bytes
    assert (seen.power_w, seen.temperature_c, seen.utilisation_percent) == (None, None, None)


def test_memory_follows_processes_and_is_released_after_its_time(spawn: Spawn) -> None:
    card = Card("rtx2070s,desktop=0,release=3")
    before = card.look()
    process = spawn("1GiB")
    held = card.of(process)
    assert (held.vram_bytes, held.process != "") == (GIB, True)
    assert card.look().used_bytes >= before.used_bytes + GIB
    end(process)
    assert card.of(process).process == ""  # its memory outlives it
    card.now = 2.9
    assert card.of(process).vram_bytes == GIB
    card.now = 3.1
    assert card.of(process) is None


def test_a_stuck_process_is_never_released(spawn: Spawn) -> None:
    card = Card("rtx2070s,fault=stuck")
    process = spawn("1GiB")
    assert card.of(process)
    end(process)
    card.now = 1e6
    assert card.of(process).vram_bytes == GIB


def test_who_finds_no_room_stays_on_the_processor(spawn: Spawn) -> None:
    card = Card("rtx2070s,desktop=0")
    first, second = spawn("7GiB"), spawn("2GiB")
    assert card.of(first)
    assert card.of(second) is None
    end(first)
    assert card.of(second)


def test_who_was_there_before_the_card_went_has_lost_it_until_started_anew(spawn: Spawn) -> None:
    before = spawn("1GiB")
    since = started_at(born(before.pid)[1])
    assert Card(f"rtx2070s,revoked={since}").of(before)
    lost = Card(f"rtx2070s,revoked={since + 0.01}")
    assert (lost.look().state, lost.of(before)) == (GpuState.READY, None)
    assert Card("rtx2070s,revoked=0").of(before)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("lost", GpuState.LOST),
        ("unknown", GpuState.UNKNOWN_ERROR),
        ("mismatch", GpuState.VERSION_MISMATCH),
        ("library", GpuState.LIBRARY_MISSING),
    ],
)
def test_faults_are_nvmls(fault: str, state: GpuState) -> None:
    seen = Card(f"rtx2070s,fault={fault}").look()
    assert (seen.state, seen.simulated, seen.detail != "") == (state, True, True)


def test_how_a_card_is_asked_for() -> None:
    text = "rtx2070s,desktop=1GiB,release=0.5,fault=stuck,containers=yes"
    assert parse_simulation(text) == SimulationSpec(text, "rtx2070s", GIB, 0.5, "stuck", containers=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rtx9090",
        "rtx2070s,",
        "rtx2070s,fault",
        "rtx2070s,fault=x",
        "rtx2070s,release=-1",
        "rtx2070s,a=b",
        "rtx2070s,containers=1",
        "rtx2070s,revoked=nan",
    ],
)
def test_what_no_card_is_asked_for_with(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_simulation(text)
