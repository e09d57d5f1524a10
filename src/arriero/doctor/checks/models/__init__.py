"""The models and what serves them."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
