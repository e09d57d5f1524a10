"""Docker's engine and the way to it."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
