"""argparse speaks English and only in sentences; here they become our typed errors.

The sentences are those of CPython 3.11-3.14 (Lib/argparse.py); a test provokes every one of them in a real parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from arriero.cli.errors import (
    ArgumentMissing,
    ArgumentUnknown,
    CommandLineRefused,
    CommandUnknown,
    ValueMissing,
    ValueNotAChoice,
    ValueNotANumber,
    ValueNotASize,
    ValueUnwanted,
)
from arriero.core.errors import UsageError
from arriero.core.ids import nearest

_Make = Callable[[str, re.Match[str]], UsageError]


def _choice(command: str, found: re.Match[str]) -> UsageError:
    choices = tuple(word.strip("' ") for word in found["choices"].split(","))
    return ValueNotAChoice(command, found["argument"], found["value"], choices, nearest(found["value"], list(choices)))


_SENTENCES: tuple[tuple[str, _Make], ...] = (
    (
        r"argument (?P<argument>\S+): invalid choice: '?(?P<value>.*?)'?(?:, maybe you meant .*)? "
        r"\(choose from (?P<choices>.*)\)",
        _choice,
    ),
    (r"the following arguments are required: (?P<rest>.+)", lambda c, f: ArgumentMissing(c, f["rest"])),
    (r"argument (?P<argument>\S+): expected .*", lambda c, f: ValueMissing(c, f["argument"])),
    (
        r"argument (?P<argument>\S+): ignored explicit argument '(?P<value>.*)'",
        lambda c, f: ValueUnwanted(c, f["argument"], f["value"]),
    ),
    (
        r"argument (?P<argument>\S+): invalid rate value: '(?P<value>.*)'",
        lambda c, f: ValueNotASize(c, f["argument"], f["value"]),
    ),
    (
        r"argument (?P<argument>\S+): invalid \w+ value: '(?P<value>.*)'",
        lambda c, f: ValueNotANumber(c, f["argument"], f["value"]),
    ),
)


def refusal(message: str, command: str, verbs: str) -> UsageError:
    """The error behind one of argparse's sentences. `verbs`: how it calls the argument that takes the command."""
    for sentence, make in _SENTENCES:
        if found := re.fullmatch(sentence, message, re.DOTALL):
            error = make(command, found)
            if isinstance(error, ValueNotAChoice) and error.argument == verbs:
                return CommandUnknown(f"{command} {error.value}".strip(), error.nearest)
            return error
    return CommandLineRefused(command, message)


def unknown_arguments(arguments: Sequence[str], command: str, options: Sequence[str]) -> ArgumentUnknown:
    """What argparse left over. `options`: the ones that this command knows."""
    first = arguments[0].split("=")[0]
    near = nearest(first, list(options)) if first.startswith("-") else None
    return ArgumentUnknown(command, " ".join(arguments), near)
