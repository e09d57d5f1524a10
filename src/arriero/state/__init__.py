"""Owns `.models.db`: what is wanted, what was last seen, which versions are there, and who did what when.

Invariant: nothing in it is needed to find the truth. Deleting the file costs history, wishes and keys, never a
model; callers rebuild it from what they observe.
"""

from arriero.state.database import State
from arriero.state.values import (
    Addition,
    DesiredSlot,
    FigureRow,
    InstalledVersion,
    MeasuredLoad,
    MeasurementRow,
    ObservedSlot,
    Repair,
    Transition,
)

__all__ = [
    "Addition",
    "DesiredSlot",
    "FigureRow",
    "InstalledVersion",
    "MeasuredLoad",
    "MeasurementRow",
    "ObservedSlot",
    "Repair",
    "State",
    "Transition",
]
