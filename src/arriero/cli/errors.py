"""What can be wrong with a command line. `command` is the verb it was given to, empty before one is known."""

from __future__ import annotations

from arriero.core.errors import OperationFailed, UsageError


class CommandUnknown(UsageError):
    code = "usage.command_unknown"
    name: str
    nearest: str | None


class ArgumentMissing(UsageError):
    """`arguments`: what is missing, as the usage line names it."""

    code = "usage.argument_missing"
    command: str
    arguments: str


class ArgumentUnknown(UsageError):
    code = "usage.argument_unknown"
    command: str
    arguments: str
    nearest: str | None


class ValueMissing(UsageError):
    """An option stands there without the value that belongs to it."""

    code = "usage.value_missing"
    command: str
    argument: str


class ValueUnwanted(UsageError):
    """A switch was given a value, as in `--json=yes`."""

    code = "usage.value_unwanted"
    command: str
    argument: str
    value: str


class ValueNotANumber(UsageError):
    code = "usage.value_not_a_number"
    command: str
    argument: str
    value: str


class ValueNotASize(UsageError):
    code = "usage.value_not_a_size"
    command: str
    argument: str
    value: str


class ValueNotAChoice(UsageError):
    code = "usage.value_not_a_choice"
    command: str
    argument: str
    value: str
    choices: tuple[str, ...]
    nearest: str | None


class OptionsClash(UsageError):
    """Two options that exclude each other."""

    code = "usage.options_clash"
    command: str
    first: str
    second: str


class CommandLineRefused(UsageError):
    """argparse refused it in words that we do not know: a newer Python's, shown as they are."""

    code = "usage.refused"
    command: str
    detail: str


class Interrupted(OperationFailed):
    """Ctrl-C. `changes`: whether the command was one that changes things, so that something may be left half done."""

    code = "interrupted"
    command: str
    changes: bool
