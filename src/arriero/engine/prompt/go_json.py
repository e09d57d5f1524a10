"""What templates print as JSON: `core.go_json` for the values of Go that they know, structs and named types too."""

from __future__ import annotations

import base64

from arriero.core import go_json as core
from arriero.engine.prompt.go_values import Named, Nil, Struct


class InOrder(dict[str, object]):
    """A map that keeps the order it was sent in, where Go's own would be sorted."""


def go_json(value: object) -> str:
    """`value` (None, bool, int, float, str, bytes, list, dict with str keys, Struct) as compact JSON.

    Raises TypeError for anything else and ValueError for a float that JSON has no word for.
    """
    if isinstance(value, Named):
        value = value.json_value()
    match value:
        case str():
            words = core.string(value)
        case None | Nil():
            words = "null"
        case bool():
            words = "true" if value else "false"
        case int():
            words = str(value)
        case float():
            words = core.number(value)
        case bytes():
            words = f'"{base64.b64encode(value).decode()}"'
        case list() | tuple():
            words = "[" + ",".join(map(go_json, value)) + "]"
        case dict():
            keys = value if isinstance(value, InOrder) else sorted(value)
            words = "{" + ",".join(f"{go_json(key)}:{go_json(value[key])}" for key in keys) + "}"
        case Struct():
            words = "{" + ",".join(_fields(value)) + "}"
        case _:
            raise TypeError(type(value).__name__)
    return words


def _fields(value: Struct) -> list[str]:
    keys = value.shape.keys.items()
    return [
        f'"{key}":{go_json(value.fields[name])}'
        for name, (key, omit_empty) in keys
        if not (omit_empty and _empty(value.fields[name]))
    ]


def _empty(value: object) -> bool:
    """What `omitempty` leaves out; a pointer, which is what InOrder stands for, only when it is nil."""
    return not value and not isinstance(value, InOrder)
