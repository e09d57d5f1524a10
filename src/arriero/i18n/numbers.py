"""Figures as each language writes them: a decimal comma in Spanish, a point in English."""

from __future__ import annotations

from dataclasses import dataclass

from arriero.core.units import bytes_text, duration_text


@dataclass(frozen=True)
class Numbers:
    """`point` stands between units and tenths."""

    point: str

    def size(self, size_bytes: int) -> str:
        return bytes_text(size_bytes).replace(".", self.point)

    def duration(self, seconds: float) -> str:
        return duration_text(seconds).replace(".", self.point)

    def decimal(self, value: float, places: int = 1) -> str:
        return f"{value:.{places}f}".replace(".", self.point)
