"""Errors and warnings as people read them, on stderr."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TextIO

from arriero.cli.envelope import parts_of
from arriero.cli.errors import Interrupted
from arriero.cli.look import Look
from arriero.core.errors import ArrieroError
from arriero.i18n import describe_error

_UNBROKEN = 100_000  # where no terminal is, a line stays a line, so that it can be searched for


def tell_errors(errors: Iterable[ArrieroError], out: TextIO, look: Look) -> None:
    width = look.width if out.isatty() else _UNBROKEN
    for error in errors:
        if isinstance(error, Interrupted) and not error.changes:
            continue  # whoever stops a command that only looks need not be told
        for line in error_lines(error, look, width):
            out.write(f"{line}\n")
    out.flush()


def error_lines(error: ArrieroError, look: Look, width: int) -> list[str]:
    """The error's sentence, then one point for each error that it stands for."""
    texts = look.texts
    lines = _wrapped(f"{texts.error}: {describe_error(error, texts)}", width)
    lines[0] = look.paint(f"{texts.error}:", "red") + lines[0].removeprefix(f"{texts.error}:")
    for part in parts_of(error):
        lines += _wrapped(f"- {describe_error(part, texts)}", width, "  ")
    return lines


def warning_lines(told: str, look: Look) -> list[str]:
    """For troubles that did not keep the command from its result."""
    return [look.paint(line, "yellow") for line in _wrapped(f"{look.texts.warning}: {told}", look.width)]


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Broken between words only, so that commands and paths can be copied; a text's own lines stay lines."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += textwrap.wrap(
            line,
            width,
            initial_indent=indent,
            subsequent_indent="  " if indent else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
