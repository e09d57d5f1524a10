"""The signs beside words: what shows a state at a glance, and the letters that stand for it without Unicode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

SIGNS: Mapping[str, str] = {
    "active": "●",
    "starting": "◐",
    "inactive": "○",
    "failed": "✗",
    "drift": "▲",
    "none": "—",
    "dot": "·",
    "done": "✓",
    "update": "↑",
    "full": "█",
    "empty": "░",
    "others": "▓",
    "cut": "…",
    "unknown": "?",
    "next": "→",
}
ASCII_SIGNS: Mapping[str, str] = {
    "active": "*",
    "starting": "~",
    "inactive": "o",
    "failed": "x",
    "drift": "!",
    "none": "-",
    "dot": "-",
    "done": "+",
    "update": "^",
    "full": "#",
    "empty": ".",
    "others": "%",
    "cut": "~",
    "unknown": "?",
    "next": ">",
}


def can_encode(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def can_show_signs(stream: TextIO) -> bool:
    return can_encode(stream, "".join(SIGNS.values()))
