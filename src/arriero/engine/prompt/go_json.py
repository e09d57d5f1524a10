"""JSON as Go's encoding/json writes it (Marshal): compact, map keys sorted, HTML-safe, numbers the Go way."""

from __future__ import annotations

import base64
import math
import re
from decimal import Decimal
from json.encoder import encode_basestring

from arriero.engine.prompt.go_values import Named, Nil, Struct

_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


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
            words = _UNSAFE.sub(_escape, encode_basestring(value))
        case None | Nil():
            words = "null"
        case bool():
            words = "true" if value else "false"
        case int():
            words = str(value)
        case float():
            words = _float(value)
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


def _escape(unsafe: re.Match[str]) -> str:
    """What could end a script in HTML is spelt out; half a surrogate pair, which UTF-8 cannot hold, is replaced."""
    code = ord(unsafe[0])
    return "\ufffd" if 0xD800 <= code < 0xE000 else f"\\u{code:04x}"


def _float(value: float) -> str:
    """Shortest digits that read back the same; an exponent below 1e-6 and from 1e21, `e-7` without the zero."""
    if not math.isfinite(value):
        raise ValueError(value)
    if value and not 1e-6 <= abs(value) < 1e21:
        return repr(value).replace("e-0", "e-").replace(".0e", "e")
    return format(Decimal(repr(value)), "f").removesuffix(".0")
