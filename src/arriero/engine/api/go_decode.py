"""Reads request bodies as Go's encoding/json reads them into Ollama's structs, and refuses in the same words.

Invariant: what `decode` returns holds, under every declared field, either the declared type or None (absent and null
are one thing in Go), and no None in a declared list of structs or texts. Undeclared fields pass unread. Source of the
words: Go 1.26, seen on Ollama 0.33.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from arriero.engine.api.refusal import Refusal


@dataclass(frozen=True)
class GoType:
    """One Go type: `name` as Go prints it, `python` what JSON gives for it; `item` of a slice, `fields` of a struct."""

    name: str
    python: tuple[type, ...]
    item: GoType | None = None
    fields: Mapping[str, GoType] = field(default_factory=dict)


ANY = GoType("interface {}", (object,))
STRING = GoType("string", (str,))
BOOL = GoType("bool", (bool,))
INT = GoType("int", (int,))
FLOAT = GoType("float64", (int, float))
MAP = GoType("map[string]interface {}", (dict,))


def slice_of(item: GoType, name: str | None = None) -> GoType:
    return GoType(name or f"[]{item.name}", (list,), item=item)


def text_or(items: GoType) -> GoType:
    """A slice that may be given as one text, read so by an UnmarshalJSON of its own."""
    return GoType(items.name, (str, list), item=items.item)


def struct(name: str, /, **fields: GoType) -> GoType:
    """A Go struct by its full name (`api.ChatRequest`) and its JSON fields."""
    return GoType(name, (dict,), fields=fields)


def decode(raw: bytes, shape: GoType) -> dict[str, Any]:
    """The first JSON value of `raw`, checked against `shape`, a struct. Raises Refusal(400, Go's own text)."""
    return check(_first_value(raw), shape)


def check(document: Any, shape: GoType) -> dict[str, Any]:
    """The same for a value that was decoded already. Lists of `document` are changed in place."""
    if document is None:
        return {}
    if not isinstance(document, dict):
        _refuse(f"json: cannot unmarshal {_kind(document)} into Go value of type {shape.name}")
    _check(document, shape, shape.name.rpartition(".")[2], ())
    return document


def go_kind(value: object) -> str:
    """What Go's `%T` prints of a value that was decoded into an `any`."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "float64"
    if isinstance(value, str):
        return "string"
    return "[]interface {}" if isinstance(value, list) else "map[string]interface {}"


def _check(value: Any, shape: GoType, root: str, path: tuple[str, ...]) -> None:
    if value is None or shape is ANY:
        return
    if not _fits(value, shape):
        shown = f"number {value}" if shape is INT and isinstance(value, float) else _kind(value)
        where = f"Go struct field {root}.{'.'.join(path)}" if path else "Go value"
        _refuse(f"json: cannot unmarshal {shown} into {where} of type {shape.name}")
    if shape.item is not None and isinstance(value, list):
        for place, element in enumerate(value):
            value[place] = _zero(shape.item) if element is None else element
            _check(element, shape.item, root, path)
    if shape.fields:
        for key, element in value.items():
            _check(element, shape.fields.get(key, ANY), root, (*path, key))


def _zero(shape: GoType) -> Any:
    """What a null in a slice becomes."""
    return {} if shape.fields else "" if shape is STRING else None


def _fits(value: object, shape: GoType) -> bool:
    if isinstance(value, bool):  # an int to Python, never to Go
        return bool in shape.python
    return isinstance(value, shape.python)


def _first_value(raw: bytes) -> Any:
    text = raw.decode("utf-8", "replace").lstrip(" \t\r\n")
    if not text:
        _refuse("EOF")
    try:
        return _DECODER.raw_decode(text)[0]
    except json.JSONDecodeError as error:
        _refuse(_syntax(error, text))
    except RecursionError:
        _refuse("exceeded max depth")


def _constant(name: str) -> NoReturn:
    _refuse(f"invalid character '{name[0]}' looking for beginning of value")


def _integer(digits: str) -> int:
    """float64 holds no more than 309 digits, and Python gives up on 4300."""
    if len(digits) > 309:
        _refuse(f"json: cannot unmarshal number {digits[:20]}... into Go value of type float64")
    return int(digits)


def _fraction(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        _refuse(f"json: cannot unmarshal number {text[:20]} into Go value of type float64")
    return value


_DECODER = json.JSONDecoder(parse_constant=_constant, parse_int=_integer, parse_float=_fraction)

_PLACES = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Illegal trailing comma before end of array": "looking for beginning of value",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
    "Invalid control character at": "in string literal",
    "Invalid \\escape": "in string escape code",
    "Invalid \\uXXXX escape": "in \\u hexadecimal character escape",
}


def _syntax(error: json.JSONDecodeError, text: str) -> str:
    rest = text[error.pos :]
    if not rest.strip() or error.msg.startswith("Unterminated string"):
        return "unexpected EOF"
    place = next((words for start, words in _PLACES.items() if error.msg.startswith(start)), "in literal")
    shown = "'\\''" if rest[0] == "'" else repr(rest[0])
    return f"invalid character {shown} {place}"


def _kind(value: object) -> str:
    names = {"bool": "bool", "float64": "number", "string": "string", "[]interface {}": "array"}
    return names.get(go_kind(value), "object")


def _refuse(message: str) -> NoReturn:
    raise Refusal(400, message)
