"""The root of Arriero's error tree and its six families.

An error says what happened in typed fields and carries a stable `code`; it holds no prose, no HTTP status and no exit
code. The texts live in `i18n`, the exit codes in `cli`, the HTTP answers in `engine`; each family is what those tables
fall back on. A room declares its own errors in its `errors.py`, as dataclasses below one of these families:

    @dataclass(eq=False)
    class SlotUnknown(NotFoundError):
        code = "slot.unknown"
        name: str
        nearest: str | None
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import ClassVar


class ArrieroError(Exception):
    """Root of the tree. `code` is stable: scripts and tests may rely on it."""

    code: ClassVar[str] = "error"

    def params(self) -> dict[str, object]:
        """The typed fields by name, as JSON can carry them: the `params` of the JSON contract."""
        if not is_dataclass(self):
            return {}
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    def __str__(self) -> str:
        """For logs and tracebacks only; people are shown the text of the i18n table."""
        shown = ", ".join(f"{k}={v!r}" for k, v in self.params().items())
        return f"{self.code}({shown})"


class OperationFailed(ArrieroError):
    """Something was tried and did not work."""


class UsageError(ArrieroError):
    """The command line, a setting or a file the user wrote is wrong."""


class EnvironmentFault(ArrieroError):
    """The machine lacks something: Docker, a GPU, a driver, disk, rights."""


class NotFoundError(ArrieroError):
    """Something was named that does not exist."""


class BusyError(ArrieroError):
    """Someone else is at work on it; trying again later makes sense."""


class PartialFailure(ArrieroError):
    """Some of what was asked for was done, some was not."""


def every_error(root: type[ArrieroError] = ArrieroError) -> Iterator[type[ArrieroError]]:
    """Every concrete error class below `root` that has been imported (those that define their own `code`)."""
    for child in root.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from every_error(child)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)


@dataclass(eq=False)
class InternalError(ArrieroError):
    """A defect of ours: reported with where its traceback was written."""

    code = "internal"
    kind: str
    detail: str
