"""The menu's entries and the help, out of the table of operations. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from arriero.tui.operations import OPERATIONS, Operation
from arriero.tui.view import Cell, Row, Tone, line
from arriero.tui.words import Words

_COLUMNS = 70  # what a dialog has on the narrowest screen that is usual


def menu_rows(words: Words) -> tuple[Row, ...]:
    """An empty line between what belongs together."""
    return tuple(_rows(words))


def _rows(words: Words) -> Iterator[Row]:
    for group, operations in groupby(OPERATIONS, lambda op: op.group):
        if group is not OPERATIONS[0].group:
            yield Row(f"before-{group}", (line(""),), heading=True)
        yield from (_row(operation, words) for operation in operations)


def _row(operation: Operation, words: Words) -> Row:
    return Row(operation.name, (line(Cell(operation.key, Tone.ACCENT), f" {words.tui.operations[operation.name]}"),))


def help_text(words: Words) -> str:
    return "\n".join(_help(words))


def _help(words: Words) -> Iterator[str]:
    t = words.tui
    yield t.help_operations
    for op in OPERATIONS:
        yield from _entry(op.key, 1, f"{t.operations[op.name]}: {t.about[op.name]}")
    yield f"\n{t.help_keys}"
    width = max(map(len, t.keys))
    for key, told in t.keys.items():
        yield from _entry(key, width, told)
    yield f"\n{t.help_signs}"
    for state, name in words.texts.states.items():
        yield f"  {words.sign(state)}  {name}"


def _entry(key: str, width: int, told: str) -> list[str]:
    return wrap(told, _COLUMNS, initial_indent=f"  {key.ljust(width)}  ", subsequent_indent=" " * (width + 4))
