"""What the terminal can show: signs, colours, width; and tables that fit it."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from arriero.i18n import Texts
from arriero.i18n.signs import ASCII_SIGNS, SIGNS, can_show_signs

_COLOURS = {"green": "32", "yellow": "33", "red": "31", "dim": "2", "bold": "1"}
_STATE_COLOURS = {"active": "green", "starting": "yellow", "inactive": "dim", "failed": "red"}


@dataclass(frozen=True)
class Cell:
    """Text of one column, and the colour it is painted in after it has been padded."""

    text: str
    colour: str = ""


@dataclass(frozen=True)
class Look:
    texts: Texts
    width: int = 80
    unicode: bool = True
    colour: bool = False

    def sign(self, name: str) -> str:
        return (SIGNS if self.unicode else ASCII_SIGNS)[name]

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.colour and colour else text

    def wrap(self, text: str, indent: str = "") -> list[str]:
        """Lines that fit, broken between words only, so that commands and paths can be copied; where there is an
        indent, what follows the first line stands deeper."""
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=indent,
            subsequent_indent=indent + "  " if indent else "",
            break_long_words=False,
            break_on_hyphens=False,
        )

    def state(self, state: str) -> Cell:
        return Cell(f"{self.sign(state)} {self.texts.states[state]}", _STATE_COLOURS[state])

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
        """Columns two spaces apart; one block of `heading: text` lines for each row where that would be too wide."""
        lines = [tuple(Cell(h, "dim") for h in headings), *map(tuple, rows)]
        widths = [max(len(line[i].text) for line in lines) for i in range(len(headings))]
        if sum(widths) + 2 * (len(widths) - 1) > self.width:
            return self._blocks(headings, rows)
        return [self._line(line, widths) for line in lines]

    def _line(self, cells: Sequence[Cell], widths: Sequence[int]) -> str:
        padded = [self.paint(cell.text.ljust(width), cell.colour) for cell, width in zip(cells, widths, strict=True)]
        padded[-1] = self.paint(cells[-1].text, cells[-1].colour)
        return "  ".join(padded)

    def _blocks(self, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
        lines: list[str] = []
        for row in rows:
            lines += ["", *(f"{h}: {self.paint(c.text, c.colour)}" for h, c in zip(headings, row, strict=True))]
        return lines[1:]


def look_at(stream: TextIO, texts: Texts, environ: Mapping[str, str] | None = None) -> Look:
    """The look of a stream: colours on a terminal unless NO_COLOR (no-color.org) or TERM=dumb asks for none."""
    env = os.environ if environ is None else environ
    tty = stream.isatty()
    return Look(
        texts=texts,
        width=shutil.get_terminal_size().columns if tty else 80,
        unicode=can_show_signs(stream),
        colour=tty and not env.get("NO_COLOR") and env.get("TERM") != "dumb",
    )
