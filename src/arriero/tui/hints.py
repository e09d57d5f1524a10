"""The line at the foot: what the part of the screen that has the keys can do, then what is always there. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.tui.view import Cell, Line, Tone, fitted
from arriero.tui.words import Words


def hint_line(part: str, words: Words, columns: int) -> Line:
    """`part`: menu, models or activity; where there is no room, the general hints go first, from the middle."""
    own, general = _hints(words.tui.hints.get(part, "")), _hints(words.tui.hints["always"])
    last = len(general) - 1
    ranks = [number and number + 1 for number in range(len(own))]
    ranks += [0 if number in (0, last) else 20 + number for number in range(len(general))]
    return fitted(tuple(_cells([*own, *general], ranks)), columns)


def plain_hint(text: str) -> Line:
    """Of a screen that has but one."""
    hints = _hints(text)
    return tuple(_cells(hints, [0] * len(hints)))


def _hints(text: str) -> list[tuple[str, str]]:
    """`key what it does`, three spaces apart."""
    return [(key, told) for key, _, told in (hint.partition(" ") for hint in text.split("   ") if hint)]


def _cells(hints: list[tuple[str, str]], ranks: list[int]) -> Iterator[Cell]:
    for number, ((key, told), rank) in enumerate(zip(hints, ranks, strict=True)):
        yield Cell(f"{'   ' if number else ''}{key}", Tone.ACCENT, rank)
        yield Cell(f" {told}", Tone.DIM, rank)
