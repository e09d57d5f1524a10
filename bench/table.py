"""The table: what was measured, against what, and the goal that it is read against."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

__all__ = ["Row", "median", "render"]

HEADINGS = ("what", "ours", "against", "result", "goal", "")


@dataclass(frozen=True)
class Row:
    """`value` is what the goal is about, in the unit that `result` shows; `goal` reads "<= x" or ">= x"."""

    what: str
    ours: str
    against: str
    value: float
    result: str
    goal: str

    @property
    def reached(self) -> bool:
        sign, limit = self.goal.split()[:2]
        return self.value <= float(limit) if sign == "<=" else self.value >= float(limit)


def render(rows: list[Row]) -> str:
    cells = [HEADINGS]
    cells += [(r.what, r.ours, r.against, r.result, r.goal, "yes" if r.reached else "NO") for r in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
