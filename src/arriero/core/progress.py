"""How long work tells what it is doing. A use case reports to a callback; it never prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """One report. `step` is a stable key that i18n turns into words (`demo.download`, `backend.wait_ready`).

    `done` and `total` are in `unit` ("bytes" or "steps"); `total` is None while unknown. Both None: a plain milestone.
    """

    step: str
    subject: str = ""
    done: int | None = None
    total: int | None = None
    unit: str = "bytes"
    params: dict[str, str | int | float] = field(default_factory=dict)


Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """A Report for who does not care."""
