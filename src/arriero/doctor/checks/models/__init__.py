"""The models and what serves them."""

from arriero.doctor.check import Check
from arriero.doctor.checks.models import installed, litter, neighbours, outdated, store

CHECKS: tuple[Check, ...] = (
    store.CHECK,
    neighbours.CHECK,
    litter.CHECK,
    installed.CHECK,
    outdated.CHECK,
)
