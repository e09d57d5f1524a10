"""NVIDIA's container toolkit."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
