"""What can be wrong with settings. `ConfigInvalid` carries every problem of one load, each an error of its own.

Invariant: a problem says where the value came from (`origin`: FILE:LINE, a variable's name, a flag) and which key.
"""

from __future__ import annotations

from dataclasses import dataclass

from arriero.core.errors import ArrieroError, EnvironmentFault, UsageError


@dataclass(frozen=True)
class Origin:
    """Where a value was written. `str()` is its place in words of no language: FILE:LINE, VARIABLE, --flag."""

    kind: str
    name: str = ""
    line: int | None = None

    @property
    def file(self) -> str | None:
        return self.name if self.kind == "file" else None

    @property
    def told(self) -> str:
        """As `Configuration.origins` has it: default, flag --NAME, environment NAME, FILE:LINE."""
        return str(self) if self.kind in ("file", "default") else f"{self.kind} {self.name}"

    def __str__(self) -> str:
        return f"{self.name}:{self.line}" if self.line else self.name or self.kind


class ConfigProblem(UsageError):
    """One thing wrong with one key. `file` and `line` of the JSON contract are read out of `origin`."""

    origin: Origin
    key: str

    def params(self) -> dict[str, object]:
        return {**super().params(), "file": self.origin.file, "line": self.origin.line}


class ConfigInvalid(UsageError):
    """At least one problem. Settings are all right or they are not used."""

    code = "config.invalid"
    problems: tuple[ConfigProblem | FileProblem, ...]

    @property
    def parts(self) -> tuple[ArrieroError, ...]:
        """The errors this one is made of, each with a text of its own."""
        return self.problems

    def params(self) -> dict[str, object]:
        return {"count": len(self.problems)}


class FileProblem(UsageError):
    """A settings file that gave no values at all."""

    file: str


class FileUnreadable(FileProblem):
    code = "config.file_unreadable"
    detail: str


class NotToml(FileProblem):
    """`detail` is tomllib's own message; it ends with line and column, or with "end of document"."""

    code = "config.not_toml"
    line: int | None
    detail: str


class UnknownKey(ConfigProblem):
    code = "config.unknown_key"
    nearest: str | None


class UnknownVariable(ConfigProblem):
    """An environment variable that looks like a setting of ours and is none; `key` is its name."""

    code = "config.unknown_variable"
    nearest: str | None


class WrongType(ConfigProblem):
    """`example` is a line of TOML that would be right."""

    code = "config.wrong_type"
    value: str
    example: str


class OutOfRange(ConfigProblem):
    code = "config.out_of_range"
    value: int
    lowest: int
    highest: int


class NotAChoice(ConfigProblem):
    code = "config.not_a_choice"
    value: str
    choices: tuple[str, ...]
    nearest: str | None


class WrongForm(ConfigProblem):
    """The right type, but not what the key holds: a reference, an address, a duration, a digest; see `example`."""

    code = "config.wrong_form"
    value: str
    example: str


class SettingNotWritten(EnvironmentFault):
    """The user's own file could not take a setting; it is as it was."""

    code = "config.not_written"
    file: str
    key: str
    detail: str


class SettingOverruled(ConfigProblem):
    """What would be kept in the user's file would not count: a stronger place has the key."""

    code = "config.overruled"


class SlotIdInvalid(ConfigProblem):
    code = "config.slot_id"
    slot: str


class KeyMissing(ConfigProblem):
    """A slot that was begun lacks a key that it needs; `nearest` is the slot of the catalogue it may have meant."""

    code = "config.key_missing"
    example: str
    nearest: str | None


class PortShared(ConfigProblem):
    code = "config.port_shared"
    port: int
    slots: tuple[str, ...]


class BindNeedsKey(ConfigProblem):
    """Serving beyond this machine without an API key."""

    code = "config.bind_needs_key"
    bind: str
