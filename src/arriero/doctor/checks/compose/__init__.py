"""Docker Compose."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
