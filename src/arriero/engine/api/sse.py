"""Server-sent events as bytes. Pure: an event is `[event: NAME\\n]data: JSON\\n\\n`, one line of compact JSON each."""

from __future__ import annotations

import json

from arriero.engine.api.service import Json

DONE = b"data: [DONE]\n\n"
"""What ends a stream of OpenAI's chat and text completions."""


def compact(value: Json) -> bytes:
    """One line of JSON without blanks; `value` holds no NaN and no infinity (ValueError)."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def event(data: Json, name: str | None = None) -> bytes:
    head = f"event: {name}\n".encode() if name else b""
    return b"%sdata: %s\n\n" % (head, compact(data))
