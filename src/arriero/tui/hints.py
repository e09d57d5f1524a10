"""The line at the foot: what the part of the screen that has the keys can do, then what is always there. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.tui.view import Cell, Line, Tone, fitted
from arriero.tui.words import Words


def hint_line(part: str, words: Words, columns: int) -> Line:
    """`part`: menu, models or activity; where there is no room, the general hints go first, from the middle."""
    own, general = _hints(words.tui.hints.get(part, "")), _hints(words.tui.hints["always"])
    cells = [cell for number, hint in enumerate(own) for cell in _cells(*hint, rank=number and number + 1)]
    last = len(general) - 1
    for number, hint in enumerate(general):
        cells += _cells(*hint, rank=0 if number in (0, last) else 20 + number)
    return fitted(tuple(cells), columns)


def plain_hint(text: str) -> Line:
    """Of a screen that has but one."""
    return tuple(cell for hint in _hints(text) for cell in _cells(*hint, rank=0))


def _hints(text: str) -> list[tuple[str, str]]:
    """`key what it does`, three spaces apart."""
    return [(key, told) for key, _, told in (hint.partition(" ") for hint in text.split("   ") if hint)]


def _cells(key: str, told: str, rank: int) -> Iterator[Cell]:
    yield Cell(key, Tone.ACCENT, rank)
    yield Cell(f" {told}   ", Tone.DIM, rank)
