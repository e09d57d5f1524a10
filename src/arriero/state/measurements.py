"""What was measured of models' servers, figure by figure. Part of `State`."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import astuple
from datetime import datetime

from arriero.core.clock import iso
from arriero.state.values import FigureRow, MeasurementRow

_FIGURES = "SELECT name, at, median, low, high, p99, samples, tokens, mark, detail FROM figures"


class MeasurementTables(ABC):
    """The tables `measurements` and `figures`; raises as `State` does."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[sqlite3.Connection]: ...

    @abstractmethod
    def _writing(self) -> AbstractContextManager[sqlite3.Connection]: ...

    def record_measurement(self, row: MeasurementRow) -> None:
        """At the end of the history, with all its figures."""
        told = (iso(row.at), row.target, row.digest, row.version, row.card, row.whole, row.environment, row.notes)
        with self._writing() as db:
            made = db.execute(
                """INSERT INTO measurements (at, target, digest, version, card, whole, environment, notes)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                told,
            )
            db.executemany(
                "INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(made.lastrowid, *astuple(figure)) for figure in row.figures],
            )

    def measurements(
        self, target: str | None = None, *, digest: str | None = None, limit: int = 50
    ) -> list[MeasurementRow]:
        """The newest first, in the order in which they were recorded: of one target, of one model's weights, or all."""
        query = """SELECT id, at, target, digest, version, card, whole, environment, notes FROM measurements
                   WHERE (?1 IS NULL OR target = ?1) AND (?2 IS NULL OR digest = ?2) ORDER BY id DESC LIMIT ?3"""
        with self._reading() as db:
            rows = db.execute(query, (target, digest, limit)).fetchall()
            figures = {row[0]: db.execute(f"{_FIGURES} WHERE measurement = ? ORDER BY rowid", row[:1]) for row in rows}
            return [_row(row, tuple(FigureRow(*figure) for figure in figures[row[0]])) for row in rows]


def _row(row: tuple[object, ...], figures: tuple[FigureRow, ...]) -> MeasurementRow:
    _, at, target, digest, version, card, whole, environment, notes = map(str, row)
    moment = datetime.fromisoformat(at)
    return MeasurementRow(moment, target, digest, version, card, whole == "1", environment, notes, figures)
