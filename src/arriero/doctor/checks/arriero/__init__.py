"""Our own environment, files, processes and wishes."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
