"""The exit code of every way a command can end."""

from __future__ import annotations

from arriero.cli.errors import Interrupted
from arriero.core.errors import (
    ArrieroError,
    BusyError,
    EnvironmentFault,
    NotFoundError,
    PartialFailure,
    UsageError,
)

OK = 0
FAILED = 1
PARTIAL = 5
INTERRUPTED = 130
BROKEN_PIPE = 141

FAMILIES: dict[type[ArrieroError], int] = {
    Interrupted: INTERRUPTED,
    UsageError: 2,
    EnvironmentFault: 3,
    NotFoundError: 4,
    PartialFailure: PARTIAL,
    BusyError: 6,
    ArrieroError: FAILED,
}

MEANINGS = {
    OK: "done, or nothing to do",
    FAILED: "tried and failed, or a defect of Arriero",
    2: "the command line or the configuration is wrong",
    3: "the machine lacks something: Docker, GPU, driver, disk, rights, a free port",
    4: "something was named that does not exist or is not installed",
    PARTIAL: "done in part; `errors` tells what was not",
    6: "another command or program is at work on it",
    INTERRUPTED: "interrupted with Ctrl-C",
    BROKEN_PIPE: "whoever read the output stopped reading",
}


def exit_code(error: ArrieroError) -> int:
    return code_of(type(error))


def code_of(kind: type[ArrieroError]) -> int:
    """By the error's family."""
    return next(code for family, code in FAMILIES.items() if issubclass(kind, family))
