"""Our own environment, files, processes and wishes."""

from arriero.doctor.check import Check
from arriero.doctor.checks.arriero import backend, database, drift, environment, key, owners, processes

CHECKS: tuple[Check, ...] = (
    environment.CHECK,
    owners.CHECK,
    key.CHECK,
    database.CHECK,
    backend.CHECK,
    processes.CHECK,
    drift.CHECK,
)
