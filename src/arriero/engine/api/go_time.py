"""Moments as Go's JSON has them: RFC 3339 with as many digits of the second as are needed, at most nine."""

from __future__ import annotations

import time

_WHOLE_S: tuple[int, str] = (0, "1970-01-01T00:00:00")


def go_time(at_ns: int) -> str:
    """Nanoseconds since 1970 -> `2026-11-22T11:19:23.145324482Z`. The text of the current second is remembered:
    every streamed token has such a time."""
    global _WHOLE_S  # noqa: PLW0603 - one value, replaced whole
    second, rest = divmod(at_ns, 1_000_000_000)
    known, text = _WHOLE_S
    if known != second:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        _WHOLE_S = (second, text)
    return f"{text}.{rest:09d}".rstrip("0").rstrip(".") + "Z"


def now() -> str:
    return go_time(time.time_ns())
