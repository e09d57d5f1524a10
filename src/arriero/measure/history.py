"""Measurements in the state database and out of it again."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from arriero.core.clock import iso
from arriero.measure.values import Environment, Figure, FigureName, Mark, Measurement, MemorySample, Remark
from arriero.stack.world import World
from arriero.state import FigureRow, MeasurementRow


def remember(world: World, measurement: Measurement) -> None:
    """Raises what keeps the database from being written."""
    world.writable_state().record_measurement(row_of(measurement))


def recall(world: World, target: str | None = None, limit: int = 50) -> list[Measurement]:
    """The newest first; empty where the database cannot be opened."""
    return [measurement_of(row) for row in world.state.measurements(target, limit=limit)] if world.state else []


def row_of(measurement: Measurement) -> MeasurementRow:
    environment = measurement.environment
    notes = {
        "took_s": measurement.took_s,
        "quick": measurement.quick,
        "remarks": [asdict(remark) for remark in measurement.remarks],
        "memory": [[s.at_s, s.ram_bytes, s.vram_bytes] for s in measurement.memory],
    }
    return MeasurementRow(
        at=datetime.fromisoformat(measurement.at),
        target=environment.target,
        digest=environment.digest or "",
        version=environment.version or "",
        card=environment.card or "",
        whole=measurement.whole,
        environment=json.dumps(asdict(environment)),
        notes=json.dumps(notes),
        figures=tuple(FigureRow(**{**vars(f), "name": str(f.name), "mark": str(f.mark)}) for f in measurement.figures),
    )


def measurement_of(row: MeasurementRow) -> Measurement:
    notes, environment = json.loads(row.notes), json.loads(row.environment)
    return Measurement(
        at=iso(row.at),
        took_s=notes["took_s"],
        quick=notes["quick"],
        whole=row.whole,
        environment=Environment(**{**environment, "others": tuple(environment["others"])}),
        figures=tuple(Figure(**{**vars(f), "name": FigureName(f.name), "mark": Mark(f.mark)}) for f in row.figures),
        remarks=tuple(Remark(**remark) for remark in notes["remarks"]),
        memory=tuple(MemorySample(*sample) for sample in notes["memory"]),
    )
