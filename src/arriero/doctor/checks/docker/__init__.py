"""Docker's engine and the way to it."""

from arriero.doctor.check import Check
from arriero.doctor.checks.docker import (
    address,
    client,
    daemon,
    group,
    installations,
    kind,
    program,
    settings,
    socket,
)

CHECKS: tuple[Check, ...] = (
    program.CHECK,
    kind.CHECK,
    installations.CHECK,
    address.CHECK,
    group.CHECK,
    socket.CHECK,
    settings.CHECK,
    daemon.CHECK,
    client.CHECK,
)
