"""Somebody else's configuration file, changed in one step: a copy beside it, then the whole new text at once.

Invariant: what does not bear our name keeps every byte; a file that cannot be read as its format is left as it is.
"""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

from arriero.clients import jsonc
from arriero.clients.errors import ClientFileInvalid
from arriero.core.files import write_atomic
from arriero.stack.errors import FileRefused

_NEW_MODE = 0o600  # a configuration may hold keys


def read(path: Path) -> str:
    """Its text, "" where there is no file. Raises FileRefused, ClientFileInvalid."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ClientFileInvalid(path, 1, "UTF-8") from error
    except OSError as error:
        raise FileRefused(path, error.strerror or str(error)) from error


def with_members(path: Path, text: str, members: dict[tuple[str, ...], object]) -> str:
    """The text with each value at its place. Raises ClientFileInvalid."""
    try:
        for place, value in members.items():
            text = jsonc.with_member(text, place, value)
    except jsonc.NotJsonc as error:
        raise ClientFileInvalid(path, error.line, error.what) from error
    except TypeError as error:
        raise ClientFileInvalid(path, 1, f"{error}: {{…}}") from error
    return text


def without_members(path: Path, text: str, under: str, mark: str) -> tuple[str, tuple[str, ...]]:
    """The text without the members of `under` whose names begin with `mark`, and those names.

    An object left empty goes too. Raises ClientFileInvalid.
    """
    try:
        below = jsonc.parse(text).member(under)
        names = tuple(dict.fromkeys(m.key for m in below.node.members if m.key.startswith(mark))) if below else ()
        for name in names:
            text = jsonc.without_member(text, (under, name))
        if names and jsonc.parse(text).value[under] == {}:
            text = jsonc.without_member(text, (under,))
    except jsonc.NotJsonc as error:
        raise ClientFileInvalid(path, error.line, error.what) from error
    return text, names


def difference(path: Path, before: str, after: str) -> str:
    """Unified, as `diff -u` prints it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="")
    return "\n".join(lines)


def replace(path: Path, text: str, stamp: str) -> Path | None:
    """Writes the new text, through a link if it is one, with the file's own mode. Returns the copy of the old one.

    Raises FileRefused.
    """
    path = path.resolve()
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, text.encode(), mode=_NEW_MODE)
            return None
        copy = path.with_name(f"{path.name}.{stamp}.bak")
        shutil.copy2(path, copy)
        write_atomic(path, text.encode(), mode=_NEW_MODE)
        shutil.copymode(copy, path)
    except OSError as error:
        raise FileRefused(path, error.strerror or str(error)) from error
    return copy
