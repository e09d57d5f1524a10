"""Ports, names, registries."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
