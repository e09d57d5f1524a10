"""Finds the first complete JSON object in a text that is still growing, looking at every character once.

Source: Ollama 0.33 tools/tools.go (findArguments), which starts anew with every token; a model that writes a long
file into an argument would cost minutes that way here.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

Json = dict[str, Any]


class FirstObject:
    """Reads one growing text: `read` is called with all of it so far, always longer than before."""

    def __init__(self) -> None:
        self._at = 0
        self._start = -1
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._found: tuple[Json, int] | None = None

    def read(self, text: str) -> tuple[Json, int] | None:
        """The object and where its closing brace stands; a balanced stretch that is no JSON is passed over."""
        while self._found is None and self._at < len(text):
            self._step(text)
            self._at += 1
        return self._found

    def _step(self, text: str) -> None:
        letter = text[self._at]
        if self._escaped:
            self._escaped = False
        elif letter == "\\":
            self._escaped = True
        elif letter == '"':
            self._in_string = not self._in_string
        elif letter == "{" and not self._in_string:
            self._open()
        elif letter == "}" and not self._in_string:
            self._close(text)

    def _open(self) -> None:
        if self._depth == 0:
            self._start = self._at
        self._depth += 1

    def _close(self, text: str) -> None:
        self._depth = max(self._depth - 1, 0)
        if self._depth == 0 and self._start != -1:
            value = json_object(text[self._start : self._at + 1])
            self._found = None if value is None else (value, self._at)
            self._start = -1


def json_object(text: str) -> Json | None:
    """The object that the text is, with numbers as Go has them (float64, shown without `.0`); None if it is none."""
    try:
        value = json.loads(text, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return _utf8(value) if "\\u" in text else value


def _utf8(value: Any) -> Any:
    """Halves of surrogate pairs, which a model may well escape alone, as the sign for what cannot be shown."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_utf8(item) for item in value]
    return {_utf8(key): _utf8(item) for key, item in value.items()} if isinstance(value, dict) else value


def _number(text: str) -> int | float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def _refuse(constant: str) -> NoReturn:
    """NaN and the infinities are Python's JSON, not Go's."""
    raise ValueError(constant)
