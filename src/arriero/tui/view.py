"""What a screen shows, as plain frozen values: lines of cells, each with a tone that a theme turns into a colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ACCENT = "accent"
    COOL = "cool"


@dataclass(frozen=True)
class Cell:
    """`rank`: where room is short, cells of the highest go first; those of 0 stay."""

    text: str
    tone: Tone = Tone.PLAIN
    rank: int = 0


Line = tuple[Cell, ...]


def line(*parts: str | Cell) -> Line:
    return tuple(Cell(part) if isinstance(part, str) else part for part in parts)


def fitted(cells: Line, columns: int) -> Line:
    """Whole cells, as many as there is room for; what has to stay is cut by whoever draws it."""
    kept = cells
    while sum(len(cell.text) for cell in kept) > columns and (rank := max(cell.rank for cell in kept)):
        kept = tuple(cell for cell in kept if cell.rank != rank)
    return kept


def plain(lines: tuple[Line, ...]) -> str:
    """The very words, without tones: for tests, for screen readers, for the clipboard."""
    return "\n".join("".join(cell.text for cell in cells) for cells in lines)


@dataclass(frozen=True)
class Row:
    """One entry of a list. `key` finds it again when the list has changed. `heading`: the cursor passes over it."""

    key: str
    lines: tuple[Line, ...]
    heading: bool = False

    @property
    def text(self) -> str:
        return plain(self.lines)


@dataclass(frozen=True)
class Room:
    """What there is on the screen, in columns, and in rows for the models. As if without an end, unless it is said."""

    columns: int = 10_000
    model_columns: int = 10_000
    model_rows: int = 0

    def lines_for(self, models: int) -> int:
        """How many lines each model may take, the empty one after it included."""
        return next((lines for lines in (4, 3) if lines * models - 1 <= self.model_rows), 2)


@dataclass(frozen=True)
class MainView:
    """The main screen. `details` are by slot; `urls` too, for those that answer."""

    header: tuple[Line, ...]
    models: tuple[Row, ...]
    details: dict[str, tuple[Line, ...]]
    urls: dict[str, str]
    activity: tuple[Row, ...]
