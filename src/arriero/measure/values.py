"""Figures, and what they were taken under."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from arriero.stack.measured_speed import DISTURBING


class FigureName(StrEnum):
    """Stable: the history and the specification's rows go by these. `at` of a Figure says tokens or clients."""

    TTFT_FRESH = "ttft_fresh"  # s, to the first token of a prompt that was never seen
    READ_FRESH = "read_fresh"  # prompt tokens/s until then
    TTFT_SHARED = "ttft_shared"  # s, of a prompt whose beginning was just asked
    READ_SHARED = "read_shared"
    GENERATION = "generation"  # tokens/s between the first token and the last
    SHORT = "short"  # s, until a short answer is whole
    FILL = "fill"  # s, until the middle of a piece of code is whole
    EDIT = "edit"  # tokens/s while code is written again with one change
    CROWD = "crowd"  # tokens/s of all together, by clients at once
    CROWD_TTFT = "crowd_ttft"
    COLD = "cold"  # s, from off to the first token
    SWAP = "swap"  # s, from one slot's answer to another's first token
    OFF = "off"  # s, until everything is off and the memory proved back


RATES = frozenset(
    {FigureName.READ_FRESH, FigureName.READ_SHARED, FigureName.GENERATION, FigureName.EDIT, FigureName.CROWD}
)
"""These are tokens/s, where more is better; all others are seconds."""


class Mark(StrEnum):
    """Why a figure is not there, or what to think of it."""

    NONE = ""
    PARTIAL = "partial"  # interrupted: fewer samples than were wanted
    BROKEN = "broken"  # the server broke off; `detail` has its words
    GONE = "gone"  # the server was gone before it came to this
    UNCOUNTED = "uncounted"  # the server does not count tokens: pieces were counted instead
    MISCOUNTED = "miscounted"  # what the server counts cannot be; pieces and words were counted instead
    BEYOND_CONTEXT = "beyond_context"
    UNABLE = "unable"  # the model or the server does not offer this
    BRIEF = "brief"  # the answers were too short to tell a speed
    FEW = "few"  # the time was up with fewer samples than were wanted
    UNSTEADY = "unsteady"  # the samples lie far from each other
    NO_TIME = "no_time"  # a quick measurement had no time left for it
    NO_PAIR = "no_pair"  # a swap needs two installed models
    NO_CARD = "no_card"  # no card tells what it has back: only the processes are proved gone


@dataclass(frozen=True)
class Figure:
    """`median` with the quartiles `low` and `high`, and `p99`; None where nothing could be measured.

    `at`: prompt tokens that were aimed at, or clients at once; 0 where neither says anything. `tokens`: the median of
    the prompt tokens that the server really counted. `detail`: its own words where it broke off.
    """

    name: FigureName
    at: int = 0
    median: float | None = None
    low: float | None = None
    high: float | None = None
    p99: float | None = None
    samples: int = 0
    tokens: int | None = None
    mark: Mark = Mark.NONE
    detail: str = ""

    @property
    def unit(self) -> str:
        return "tokens/s" if self.name in RATES else "s"

    @property
    def spread(self) -> float | None:
        """Half of the distance between the quartiles, as a share of the median."""
        if not self.median or self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2 / self.median


@dataclass(frozen=True)
class Remark:
    """What was noticed of the machine meanwhile and spoils figures: `code` is a row of the texts."""

    code: str
    params: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """All that a figure depends on, as far as it can be known. None and empty: nobody could say it.

    `digest`: `sha256:…` of the weights; `version`: the manifest's first 12 digits; `engine`: backend and its version.
    `others`: who else held memory of the card. `load`: the load average before. `url` only for servers by address.
    """

    slot: str | None
    url: str
    model: str
    digest: str | None = None
    version: str | None = None
    quantisation: str | None = None
    engine: str = ""
    backend: str | None = None
    context: int | None = None
    kv_cache: str | None = None
    parallel: int | None = None
    speculation: str | None = None
    on: str | None = None
    card: str | None = None
    card_simulated: bool = False
    driver: str | None = None
    power_limit_w: float | None = None
    others: tuple[str, ...] = ()
    processor: str = ""
    cores: int = 0
    load: float = 0.0

    @property
    def target(self) -> str:
        return self.slot or self.url


@dataclass(frozen=True)
class MemorySample:
    """`at_s`: since the measurement began. `vram_bytes` None: no card tells it."""

    at_s: float
    ram_bytes: int
    vram_bytes: int | None


@dataclass(frozen=True)
class Measurement:
    """One target's figures. `whole`: nothing was cut short. `at`: RFC 3339, for people; the order is the history's."""

    at: str
    took_s: float
    quick: bool
    whole: bool
    environment: Environment
    figures: tuple[Figure, ...]
    remarks: tuple[Remark, ...] = ()
    memory: tuple[MemorySample, ...] = ()

    @property
    def disturbed(self) -> bool:
        """Others were at work: it may be slower than the model is."""
        return any(remark.code in DISTURBING for remark in self.remarks)

    def figure(self, name: FigureName, at: int = 0) -> Figure | None:
        return next((f for f in self.figures if (f.name, f.at) == (name, at)), None)
