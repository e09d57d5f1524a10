"""NVIDIA's container toolkit."""

from arriero.doctor.check import Check
from arriero.doctor.checks.toolkit import cgroups, daemon, handmade, installed, runtime, specification, versions

CHECKS: tuple[Check, ...] = (
    installed.CHECK,
    versions.CHECK,
    daemon.CHECK,
    specification.CHECK,
    handmade.CHECK,
    runtime.CHECK,
    cgroups.CHECK,
)
