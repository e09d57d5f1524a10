"""The menu's entries and the help, out of the table of operations. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.tui.operations import OPERATIONS
from arriero.tui.view import Cell, Row, Tone, line
from arriero.tui.words import Words


def menu_rows(words: Words) -> tuple[Row, ...]:
    names = words.tui.operations
    return tuple(Row(op.name, (line(Cell(f" {op.key} ", Tone.ACCENT), f" {names[op.name]}"),)) for op in OPERATIONS)


def help_text(words: Words) -> str:
    return "\n".join(_help(words))


def _help(words: Words) -> Iterator[str]:
    t = words.tui
    yield t.help_operations
    yield from (f"  {op.key}  {t.operations[op.name]}: {t.about[op.name]}" for op in OPERATIONS)
    yield f"\n{t.help_keys}"
    width = max(map(len, t.keys))
    yield from (f"  {key.ljust(width)}  {told}" for key, told in t.keys.items())
    yield f"\n{t.help_signs}"
    for state, name in words.texts.states.items():
        yield f"  {words.sign(state)}  {name}"
