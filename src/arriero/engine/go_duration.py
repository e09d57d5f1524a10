"""Durations as Go writes them (`5m`, `1h30m`, `-1.5s`), which `keep_alive` and OLLAMA_KEEP_ALIVE use.

Source: Go 1.26 time.ParseDuration, also for the words of its refusals.
"""

from __future__ import annotations

import json
import re

_UNITS_NS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"(\d*)(\.\d*)?([^\d.]*)")
LONGEST_S = (2**63 - 1) / 1e9
"""Go's longest duration, 292 years: what Ollama makes of a negative keep_alive."""


def parse_duration(text: str) -> float:
    """Seconds. Raises ValueError with Go's own words."""
    invalid = f"time: invalid duration {json.dumps(text, ensure_ascii=False)}"
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0.0
    total_ns, at = 0.0, 0
    while at < len(rest) or not rest:
        found = _PART.match(rest, at)
        whole, fraction, unit = found.groups("") if found else ("", "", "")
        if not whole and len(fraction) < 2:
            raise ValueError(invalid)
        total_ns += float(f"{whole or 0}{fraction}") * _unit_ns(unit, text)
        at += len(whole) + len(fraction) + len(unit)
    if total_ns > 2**63:
        raise ValueError(invalid)
    return (-total_ns if text.startswith("-") else total_ns) / 1e9


def keep_alive_s(seconds: float) -> float:
    """What Ollama takes it for: never shorter than no time, and for ever when negative."""
    return LONGEST_S if seconds < 0 else min(seconds, LONGEST_S)


def _unit_ns(unit: str, text: str) -> int:
    shown = json.dumps(text, ensure_ascii=False)
    if not unit:
        raise ValueError(f"time: missing unit in duration {shown}")
    if unit not in _UNITS_NS:
        raise ValueError(f"time: unknown unit {json.dumps(unit, ensure_ascii=False)} in duration {shown}")
    return _UNITS_NS[unit]
