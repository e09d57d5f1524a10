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


@dataclass(frozen=True)
class Cell:
    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Cell, ...]


def line(*parts: str | Cell) -> Line:
    return tuple(Cell(part) if isinstance(part, str) else part for part in parts)


def plain(lines: tuple[Line, ...]) -> str:
    """The very words, without tones: for tests, for screen readers, for the clipboard."""
    return "\n".join("".join(cell.text for cell in cells) for cells in lines)


@dataclass(frozen=True)
class Row:
    """One entry of a list. `key` finds it again when the list has changed."""

    key: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return plain(self.lines)


@dataclass(frozen=True)
class MainView:
    """The main screen. `details` are by slot; `urls` too, for those that answer."""

    header: Line
    models: tuple[Row, ...]
    details: dict[str, tuple[Line, ...]]
    urls: dict[str, str]
    activity: tuple[Row, ...]
