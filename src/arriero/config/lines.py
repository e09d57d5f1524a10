"""On which line of a TOML file each key stands; tomllib does not tell.

Every statement of a TOML document (a `[table]` header or `key = value`) is a document of its own. So the scanner cuts
the text where tomllib agrees that a statement is whole, and never has to know TOML's quoting rules itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

KeyPath = tuple[str, ...]


def leaves(table: dict[str, object], path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Every value that is no table, with the keys that lead to it; an empty table counts as a value."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def lines_of(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every key in a document that tomllib accepts. Keys of one inline table share its line."""
    found: dict[KeyPath, int] = {}
    header: KeyPath = ()
    for number, statement in statements(text):
        parsed = tomllib.loads(statement)
        is_header = statement.lstrip().startswith("[")
        for path, _ in leaves(parsed):
            if is_header:
                header = path
            found.setdefault(path if is_header else header + path, number)
    return found


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with the number of its first line. A statement goes on until it parses."""
    pending, start = "", 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if not pending:
            start = number
        pending += line
        try:
            tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        yield start, pending
        pending = ""
