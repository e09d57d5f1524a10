"""The graphics card and its driver."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
