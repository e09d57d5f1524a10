"""What can go wrong with what was asked of the doctor, and while the machine is being changed. Checks raise none of it."""

from __future__ import annotations

from arriero.core.errors import EnvironmentFault, NotFoundError, PartialFailure


class CheckUnknown(NotFoundError):
    """No check has this code, and no subject this name."""

    code = "check.unknown"
    name: str
    nearest: str | None


class MachineUnfit(EnvironmentFault):
    """At least one check saw what keeps something from working: `codes` name them."""

    code = "check.errors"
    codes: tuple[str, ...]


class MachineDoubtful(PartialFailure):
    """Everything may work, and yet something is not as it should be: `codes` name the warnings."""

    code = "check.warnings"
    codes: tuple[str, ...]
