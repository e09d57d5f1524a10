"""One setting written into the user's own file or taken out of it. The file stays as its owner wrote it: comments,
order, everything else.

Invariant: what is written is read first. A change that tomllib would not read as exactly that one is not made.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from arriero.config import schema
from arriero.config.errors import SettingNotWritten
from arriero.config.lines import KeyPath, leaves, statements
from arriero.core.files import write_atomic
from arriero.core.paths import Places

Value = str | int | list[str]


def write_user_setting(places: Places, path: KeyPath, value: Value | None) -> Path:
    """The file it is in now; made where there was none. None takes it out. Raises SettingNotWritten with the reason.

    A link to a file elsewhere stays one. Whether the value counts is another question: the project's file, the
    environment and flags are stronger.
    """
    file = places.user_settings
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        after = with_value(before, path, value)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(file.resolve(), after.encode(), mode=file.stat().st_mode & 0o777 if file.exists() else 0o644)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SettingNotWritten(str(file), ".".join(path), getattr(fault, "strerror", None) or str(fault)) from fault
    return file


def with_value(text: str, path: KeyPath, value: Value | None) -> str:
    """The document with that value, or without any. Raises TOMLDecodeError where `text` is no TOML, or where the key
    has no place in it, or none of its own.
    """
    changed = _replaced(text, path, value)
    if changed is None:
        changed = text if value is None else _added(text, path, value)
    wanted = {there: told for there, told in _values(text).items() if there != path}
    if _values(changed) != (wanted if value is None else {**wanted, path: value}):
        raise tomllib.TOMLDecodeError(f"{'.'.join(path)} cannot be put in without changing the rest")
    return changed


def _values(text: str) -> dict[KeyPath, object]:
    """An empty table counts as none: taking its last key out leaves one, and a key may go into one."""
    return {there: told for there, told in leaves(tomllib.loads(text)) if told != {}}


def _replaced(text: str, path: KeyPath, value: Value | None) -> str | None:
    """None where no line of its own gives the key yet."""
    header: KeyPath = ()
    lines = text.splitlines(keepends=True)
    for number, statement in statements(text):
        keys = [there for there, _ in leaves(tomllib.loads(statement))]
        if statement.lstrip().startswith("["):
            header = keys[0]
        elif [header + there for there in keys] == [path]:
            name, _, given = statement.partition("=")
            count = len(statement.splitlines())
            written = [] if value is None else [f"{name}= {_literal(value)}{_comment(name, given)}\n"]
            lines[number - 1 : number - 1 + count] = written
            return "".join(lines)
    return None


def _comment(name: str, given: str) -> str:
    """What follows the value. A `#` begins a comment where the line without it is still whole."""
    for at, letter in enumerate(given):
        if letter == "#" and _whole(f"{name}={given[:at]}"):
            return f"  {given[at:].rstrip()}"
    return ""


def _whole(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _added(text: str, path: KeyPath, value: Value) -> str:
    """Below its table's header, at the very top for a key without a table, else with a table at the end."""
    line = f"{path[-1]} = {_literal(value)}\n"
    if len(path) == 1:
        return line + text
    lines = text.splitlines(keepends=True)
    for number, statement in statements(text):
        if statement.lstrip().startswith("[") and _table(statement) == path[:-1]:
            lines[number - 1] = f"{lines[number - 1].rstrip()}\n"
            return "".join([*lines[:number], line, *lines[number:]])
    before = f"{text.rstrip()}\n\n" if text.strip() else text
    return f"{before}[{schema.dotted(path[:-1])}]\n{line}"


def _table(statement: str) -> KeyPath:
    return next(iter(leaves(tomllib.loads(statement))))[0]


def _literal(value: Value) -> str:
    """A JSON string is a TOML one, and so is a list of them."""
    return json.dumps(value, ensure_ascii=False)
