"""Disks and folders."""

from arriero.doctor.check import Check

CHECKS: tuple[Check, ...] = ()
