"""What can go wrong with what was asked of the doctor, and while the machine is changed. Checks raise none of it."""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import BusyError, EnvironmentFault, NotFoundError, OperationFailed, PartialFailure, UsageError


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


class NotMended(OperationFailed):
    """Everything was done, and the check still sees something wrong. `kind`: what it sees now."""

    code = "doctor.not_mended"
    check: str
    kind: str


class NotMendable(OperationFailed):
    """Nothing that we do mends it."""

    code = "doctor.not_mendable"
    check: str


class FixRefused(OperationFailed):
    """There is a fix, and it is not for this machine as it is: why is told with the step."""

    code = "doctor.refused"
    check: str


class WaitsForLogin(PartialFailure):
    """Done as far as it goes; it takes effect after the user's next login."""

    code = "doctor.waits_for_login"
    check: str


class WaitsForReboot(PartialFailure):
    """Done as far as it goes; it takes effect after the next start of the machine."""

    code = "doctor.waits_for_reboot"
    check: str


class NobodyToAsk(UsageError):
    """There is no terminal to ask on, and `--yes` was not given."""

    code = "host.nobody_to_ask"
    command: str


class SudoMissing(EnvironmentFault):
    """A step needs root, we are not root, and there is no sudo."""

    code = "host.sudo_missing"
    command: str


class SudoAsks(EnvironmentFault):
    """sudo wants a password, and there is no terminal on which it could ask for it."""

    code = "host.sudo_asks"
    command: str


class SudoRefused(EnvironmentFault):
    """sudo did not let this user. `detail`: its own words."""

    code = "host.sudo_refused"
    command: str
    detail: str


class ProgramMissing(EnvironmentFault):
    code = "host.program_missing"
    program: str


class ChangeFailed(OperationFailed):
    """`detail`: the last words of the program; all of them are in the file `log`."""

    code = "host.command_failed"
    command: str
    exit_code: int
    detail: str
    log: str


class ChangeSlow(OperationFailed):
    """It did not end within its limit and was asked to stop."""

    code = "host.command_slow"
    command: str
    limit_s: float
    log: str


class FileNotChanged(OperationFailed):
    code = "host.file_not_changed"
    path: Path
    detail: str


class AptLocked(BusyError):
    """Another program installs packages. `holder`: as apt names it, empty where it does not."""

    code = "host.apt_locked"
    holder: str


class DpkgInterrupted(EnvironmentFault):
    """An installation was cut off earlier; dpkg does nothing else until that is finished."""

    code = "host.dpkg_interrupted"


class PackagesUnreachable(EnvironmentFault):
    """No network, or the server with the packages does not answer. `detail`: apt's or curl's words."""

    code = "host.packages_unreachable"
    detail: str


class PackageUnknown(EnvironmentFault):
    """The server answers and has no such package for this distribution."""

    code = "host.package_unknown"
    package: str


class PackagesBroken(EnvironmentFault):
    """What is installed, or held back, contradicts what is to be installed."""

    code = "host.packages_broken"
    detail: str


class SourceUnusable(EnvironmentFault):
    """apt refuses one of its sources: signature, two keys for the same place, no release for this distribution."""

    code = "host.source_unusable"
    detail: str


class HostDiskFull(EnvironmentFault):
    code = "host.disk_full"
    detail: str
