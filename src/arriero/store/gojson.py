"""JSON with the very bytes of Go's `json.NewEncoder`: a blob's name is the hash of its bytes, so they must agree.

Facts of Go's encoding/json: compact; map keys sorted, struct fields in order; `<`, `>`, `&`, U+2028 and U+2029
escaped; floats shortest, in exponent form below 1e-6 and from 1e21 on, whole ones without a point; a newline ends it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def encode(value: object, *, sort_keys: bool = True) -> bytes:
    """`value` (dicts with str keys, lists, str, int, float, bool, None) as Go writes it, newline included.

    `sort_keys`: True for what is a map in Go (params), False for a struct whose fields the caller has put in order.
    Raises ValueError for NaN and infinities and TypeError for other types, as Go refuses them.
    """
    return (_text(value, sort_keys) + "\n").encode("utf-8", "replace")


def _text(value: object, sort_keys: bool) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        keys = sorted(value) if sort_keys else list(value)
        return "{" + ",".join(f"{_text(str(k), sort_keys)}:{_text(value[k], sort_keys)}" for k in keys) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ",".join(_text(item, sort_keys) for item in value) + "]"
    raise TypeError(type(value).__name__)


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(value)
    size = abs(value)
    if size != 0 and (size < 1e-6 or size >= 1e21):
        mantissa, exponent = f"{Decimal(repr(value)).normalize():e}".split("e")
        return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0').rjust(1, '0')}"
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
