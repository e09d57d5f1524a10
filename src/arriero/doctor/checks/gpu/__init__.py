"""The graphics card and its driver."""

from arriero.doctor.check import Check
from arriero.doctor.checks.gpu import (
    card,
    display,
    driver,
    faults,
    library,
    memory,
    nouveau,
    nvml,
    persistence,
    release,
    secure_boot,
    smi,
    suspend,
    throttle,
    uvm,
)

CHECKS: tuple[Check, ...] = (
    card.CHECK,
    nouveau.CHECK,
    driver.CHECK,
    secure_boot.CHECK,
    library.CHECK,
    release.CHECK,
    smi.CHECK,
    nvml.CHECK,
    uvm.CHECK,
    faults.CHECK,
    memory.CHECK,
    display.CHECK,
    throttle.CHECK,
    suspend.CHECK,
    persistence.CHECK,
)
