"""JSON with the very bytes of Go's encoding/json: a blob's name is the hash of its bytes, so they must agree.

Facts of Go's encoding/json: compact; map keys sorted, struct fields in order; `<`, `>`, `&`, U+2028 and U+2029
escaped; floats shortest, in exponent form below 1e-6 and from 1e21 on, whole ones without a point; half a surrogate
pair becomes U+FFFD; an Encoder ends with a newline.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring

_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def encode(value: object, *, sort_keys: bool = True) -> bytes:
    """`value` (dicts with str keys, lists, str, int, float, bool, None) as Go's Encoder writes it, newline included.

    `sort_keys`: True for what is a map in Go (params), False for a struct whose fields the caller has put in order.
    Raises ValueError for NaN and infinities and TypeError for other types, as Go refuses them.
    """
    return (_text(value, sort_keys) + "\n").encode()


def string(value: str) -> str:
    """A JSON string, quotes included."""
    return _UNSAFE.sub(_escape, encode_basestring(value))


def number(value: float) -> str:
    """Shortest digits that read back the same; an exponent below 1e-6 and from 1e21, `e-7` without the zero.

    Raises ValueError for NaN and infinities.
    """
    if not math.isfinite(value):
        raise ValueError(value)
    if value and not 1e-6 <= abs(value) < 1e21:
        return repr(value).replace("e-0", "e-").replace(".0e", "e")
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _text(value: object, sort_keys: bool) -> str:
    if isinstance(value, str):
        return string(value)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        keys = sorted(value) if sort_keys else list(value)
        return "{" + ",".join(f"{string(str(k))}:{_text(value[k], sort_keys)}" for k in keys) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ",".join(_text(item, sort_keys) for item in value) + "]"
    raise TypeError(type(value).__name__)


def _escape(unsafe: re.Match[str]) -> str:
    code = ord(unsafe[0])
    return "\ufffd" if 0xD800 <= code < 0xE000 else f"\\u{code:04x}"
