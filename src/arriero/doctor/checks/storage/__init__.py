"""Disks: room, rights and kinds of filesystem."""

from arriero.doctor.check import Check
from arriero.doctor.checks.storage import (
    execution,
    filesystem,
    inodes,
    models_folder,
    owners,
    space,
    swap,
)

CHECKS: tuple[Check, ...] = (
    space.CHECK,
    inodes.CHECK,
    models_folder.CHECK,
    owners.CHECK,
    filesystem.CHECK,
    execution.CHECK,
    swap.CHECK,
)
