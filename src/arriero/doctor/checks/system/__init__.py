"""The system itself: distribution, processor, memory, clock, user."""

from arriero.doctor.check import Check
from arriero.doctor.checks.system import clock, distribution, memory, processor, reboot, terminal, user

CHECKS: tuple[Check, ...] = (
    distribution.CHECK,
    processor.CHECK,
    memory.CHECK,
    clock.CHECK,
    user.CHECK,
    terminal.CHECK,
    reboot.CHECK,
)
