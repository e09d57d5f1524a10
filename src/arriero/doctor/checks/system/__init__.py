"""The system itself: distribution, processor, memory, clock, user."""

from arriero.doctor.check import Check
from arriero.doctor.checks.system import distribution

CHECKS: tuple[Check, ...] = (distribution.CHECK,)
