"""The functions of a template: Go's own, but `and` and `or`, which stop early, and Ollama's four.

All of Go's are here because gotpl 0.1.0's differ where prompts notice: its `eq` refuses nothing against something,
its printing knows no struct and no type with a String method. Source: Go 1.26 text/template/funcs.go.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote_plus

from gotpl import GoFormatSpec
from gotpl.runtime.gofmt import sprintf

from arriero.engine.prompt.comparisons import equal, less, same
from arriero.engine.prompt.go_json import go_json
from arriero.engine.prompt.go_values import GoError, Named, Struct, shown, text, truth, type_name
from arriero.engine.prompt.tools import typescript


@dataclass(frozen=True)
class Function:
    """`most` is None where any number of arguments will do."""

    call: Callable[..., object]
    least: int
    most: int | None

    def arity_error(self, name: str, count: int) -> str | None:
        if count >= self.least and (self.most is None or count <= self.most):
            return None
        wanted = f"at least {self.least}" if self.most is None else str(self.least)
        return f"wrong number of args for {name}: want {wanted} got {count}"


def length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes | list | dict):
        return len(value)
    if value is None:
        raise GoError("len of nil pointer")
    raise GoError(f"len of type {type_name(value)}")


def index(value: Any, *indexes: object) -> object:
    if value is None:
        raise GoError("index of untyped nil")
    for at in indexes:
        value = _element(value, at)
    return value


def _element(value: Any, at: object) -> object:
    if isinstance(value, dict):
        if not isinstance(at, str):
            raise GoError(f"value has type {type_name(at)}; should be string")
        return value[at] if at in value or hasattr(value, "__missing__") else None
    if not isinstance(value, str | bytes | list):
        raise GoError(f"can't index item of type {type_name(value)}")
    items = value.encode() if isinstance(value, str) else value
    position = _position(at, len(items))
    if position == len(items):
        raise GoError(f"reflect: {'string' if isinstance(value, str) else 'slice'} index out of range")
    return items[position]


def cut(value: Any, *indexes: object) -> object:
    """`slice`; a string is cut between bytes."""
    if value is None:
        raise GoError("slice of untyped nil")
    if len(indexes) > 3:
        raise GoError(f"too many slice indexes: {len(indexes)}")
    if not isinstance(value, str | bytes | list):
        raise GoError(f"can't slice item of type {type_name(value)}")
    if isinstance(value, str) and len(indexes) == 3:
        raise GoError("cannot 3-index slice a string")
    items: Any = value.encode() if isinstance(value, str) else value
    bounds = [_position(at, len(items)) for at in indexes] + [0, len(items), len(items)][len(indexes) :]
    for low, high in ((bounds[0], bounds[1]), (bounds[1], bounds[2])):
        if low > high:
            raise GoError(f"invalid slice index: {low} > {high}")
    part = items[bounds[0] : bounds[1]]
    return part.decode(errors="replace") if isinstance(value, str) else type(value)(part)


def _position(at: object, limit: int) -> int:
    if at is None:
        raise GoError("cannot index slice/array with nil")
    if not isinstance(at, int) or isinstance(at, bool):
        raise GoError(f"cannot index slice/array with type {type_name(at)}")
    if not 0 <= at <= limit:
        raise GoError(f"index out of range: {at}")
    return at


def sprint(*values: object) -> str:
    """`print`: a space only between two that are no strings."""
    parts: list[str] = []
    for place, value in enumerate(values):
        if place and not isinstance(value, str) and not isinstance(values[place - 1], str):
            parts.append(" ")
        parts.append(shown(value))
    return "".join(parts)


class _Nothing:
    def __go_format__(self, spec: GoFormatSpec) -> str:
        return "<nil>" if spec.verb == "v" else f"%!{spec.verb}(<nil>)"


MOST_WIDTH = 1_000_000  # as in Go, where it is the bound of each
_DIGITS = re.compile(r"\d{1,4000}")


def printf(form: object, *values: object) -> str:
    if not isinstance(form, str):
        raise GoError(f"wrong type for value; expected string; got {type_name(form)}")
    stars = [value for value in values if isinstance(value, int)] if "*" in form else []
    if sum(map(abs, (*map(int, _DIGITS.findall(form)), *stars))) > MOST_WIDTH:
        raise GoError("width or precision too large")
    try:
        return sprintf(form, *map(_formattable, values))
    except ValueError as error:  # gotpl's for `%c` and `%q` of a number that is no character
        raise GoError(str(error)) from error


def _formattable(value: object) -> object:
    if value is None:
        return _Nothing()
    composite = isinstance(value, list | dict) and not all(isinstance(item, str) for item in value)
    return shown(value) if composite or isinstance(value, Named | Struct) else value


_JS = {"\\": r"\\", "'": r"\'", '"': r"\"", "<": r"\u003C", ">": r"\u003E", "&": r"\u0026", "=": r"\u003D"}


def javascript(words: str) -> str:
    return "".join(_JS.get(c, c if c.isprintable() else f"\\u{ord(c):04X}") for c in words)


def markup(words: str) -> str:
    return html.escape(words).replace("&quot;", "&#34;").replace("&#x27;", "&#39;").replace("\0", "\ufffd")


def _escaped(escape: Callable[[str], str], *values: object) -> str:
    return escape(sprint(*(text(value) if value is None else value for value in values)))


def no_call(function: object, *_: object) -> object:
    """`call`: nothing among a prompt's values is a function."""
    raise GoError(
        "call of nil" if function is None else f"non-function {shown(function)} of type {type_name(function)}"
    )


def today(*_: object) -> str:
    return date.today().isoformat()


def yesterday(*_: object) -> str:
    return (date.today() - timedelta(days=1)).isoformat()


OLLAMA = {
    "json": Function(go_json, 1, 1),
    "currentDate": Function(today, 0, None),
    "yesterdayDate": Function(yesterday, 0, None),
    "toTypeScriptType": Function(typescript, 1, 1),
}
FUNCTIONS = OLLAMA | {
    "call": Function(no_call, 1, None),
    "eq": Function(equal, 1, None),
    "ge": Function(lambda one, other: not less(one, other), 2, 2),
    "gt": Function(lambda one, other: not (less(one, other) or same(one, other)), 2, 2),
    "html": Function(partial(_escaped, markup), 0, None),
    "index": Function(index, 1, None),
    "js": Function(partial(_escaped, javascript), 0, None),
    "le": Function(lambda one, other: less(one, other) or same(one, other), 2, 2),
    "len": Function(length, 1, 1),
    "lt": Function(less, 2, 2),
    "ne": Function(lambda one, other: not same(one, other), 2, 2),
    "not": Function(lambda value: not truth(value), 1, 1),
    "print": Function(sprint, 0, None),
    "printf": Function(printf, 1, None),
    "println": Function(lambda *values: " ".join(map(shown, values)) + "\n", 0, None),
    "slice": Function(cut, 1, None),
    "urlquery": Function(partial(_escaped, quote_plus), 0, None),
}
