"""The root of Arriero's error tree and its six families.

An error says what happened in typed fields and carries a stable `code`; it holds no prose, no HTTP status and no exit
code. The texts live in `i18n`, the exit codes in `cli`, the HTTP answers in `engine`; each family is what those tables
fall back on. A room declares its own errors in its `errors.py`, below one of these families; a class is its fields:

    class SlotUnknown(NotFoundError):
        code = "slot.unknown"
        name: str
        nearest: str | None
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, dataclass_transform


@dataclass_transform(eq_default=False)
class ArrieroError(Exception):
    """Root of the tree. `code` is stable: scripts and tests may rely on it.

    Fields are given in order or by name. Not dataclasses: sixty of them cost every command 25 ms at its start.
    """

    code: ClassVar[str] = "error"
    field_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = (name for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar"))
        cls.field_names = (*cls.field_names, *own)

    def __init__(self, *values: object, **named: object) -> None:
        super().__init__(*values)
        given = dict(zip(self.field_names, values, strict=False)) | named
        missing = [name for name in self.field_names if name not in given and not hasattr(type(self), name)]
        if missing or len(given) != len(values) + len(named) or not given.keys() <= set(self.field_names):
            raise TypeError(f"{type(self).__name__} takes {self.field_names}, not {values} {named}")
        self.__dict__.update(given)

    def params(self) -> dict[str, object]:
        """The typed fields by name, as JSON can carry them: the `params` of the JSON contract."""
        return {name: _plain(getattr(self, name)) for name in self.field_names}

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


class InternalError(ArrieroError):
    """A defect of ours: reported with where its traceback was written."""

    code = "internal"
    kind: str
    detail: str
