"""What was seen of the graphics card at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GpuState(StrEnum):
    """What NVML could tell, or why it could not."""

    READY = "ready"
    NONE = "none"  # no NVIDIA card here
    NO_DRIVER = "no_driver"  # a card, but NVIDIA's driver is not loaded
    LIBRARY_MISSING = "library_missing"  # the driver is loaded, libnvidia-ml.so.1 is not there
    VERSION_MISMATCH = "version_mismatch"  # driver and library are of different versions: updated, not restarted
    NO_PERMISSION = "no_permission"
    UNKNOWN_ERROR = "unknown_error"  # NVML's own word for it, often after a suspend
    LOST = "lost"  # the card has fallen off the bus, or needs a reset
    NOT_FOUND = "not_found"  # the `gpu` setting names no card, or more than one
    SILENT = "silent"  # NVML did not answer in time

    @property
    def broken(self) -> bool:
        """There is a card and a driver, and yet it cannot be used."""
        return self not in (GpuState.READY, GpuState.NONE, GpuState.NO_DRIVER, GpuState.NOT_FOUND)


@dataclass(frozen=True)
class GpuProcess:
    """One process that holds memory of the card. `process` is empty when it has ended, or is another user's in a
    namespace we cannot see; `vram_bytes` None: the driver does not say it. `container`: Docker's id, 12 digits.
    """

    pid: int
    process: str
    command: str
    container: str | None
    vram_bytes: int | None


@dataclass(frozen=True, eq=False, repr=False)  # compared and shown by nobody: less for every command to import
class GpuSnapshot:
    """One look at the card. Figures are None where the driver does not know them, and all are unless READY.

    `used_bytes` is all that cannot be had, the driver's own share too. `gpus`: every card, as `0: NAME (UUID)`.
    `slowed_by`: what holds its clocks back now, `heat` or `power` (the supply asks for it); empty: nothing does.
    `other_vendors`: names of makers whose cards are there too. `detail`: NVML's or the system's own words.
    """

    state: GpuState
    simulated: bool = False
    detail: str = ""
    index: int | None = None
    uuid: str | None = None
    name: str | None = None
    compute_capability: str | None = None
    driver: str | None = None
    total_bytes: int | None = None
    used_bytes: int | None = None
    free_bytes: int | None = None
    processes: tuple[GpuProcess, ...] = ()
    display: bool | None = None
    utilisation_percent: int | None = None
    temperature_c: int | None = None
    temperature_limit_c: int | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    slowed_by: str | None = None
    gpus: tuple[str, ...] = ()
    other_vendors: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return self.state is GpuState.READY

    def vram_of(self, pids: frozenset[int]) -> int:
        """What these processes hold, as far as the driver says it."""
        return sum(p.vram_bytes or 0 for p in self.processes if p.pid in pids)
