"""Bytes, durations and counts as people write and read them."""

from __future__ import annotations

import re

_STEPS = ("B", "KB", "MB", "GB", "TB")
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*$", re.IGNORECASE)
_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def bytes_text(size_bytes: int) -> str:
    """Decimal units with three figures, as disks and Ollama's own list show them: 98.4 MB, 4.68 GB."""
    value = float(size_bytes)
    for step in _STEPS:
        if abs(value) < 999.5 or step == _STEPS[-1]:
            if step == "B":
                return f"{size_bytes} B"
            decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
            return f"{value:.{decimals}f} {step}"
        value /= 1000
    raise AssertionError("unreachable: the last step always returns")


def parse_bytes(text: str) -> int:
    """'5M' -> 5_000_000, '1.5GiB' -> 1_610_612_736, '512' -> 512. ValueError when it is not a size."""
    found = _SIZE.match(text)
    if not found:
        raise ValueError(text)
    number, prefix, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWER[prefix.lower()])


def duration_text(seconds: float) -> str:
    """'0.4 s', '12 s', '3 min 20 s', '2 h 5 min': short, and never more precise than it matters."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
