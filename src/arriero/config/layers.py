"""Where values come from: the catalogue, two files, the environment, flags. Each layer gives entries."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from arriero.config import schema
from arriero.config.errors import ConfigProblem, FileProblem, FileUnreadable, NotToml, Origin, UnknownVariable
from arriero.config.kinds import Anchor
from arriero.config.lines import KeyPath, leaves, lines_of
from arriero.core.ids import nearest

CATALOGUE = Path(__file__).with_name("models.toml")
DEFAULT = Origin("default")
NO_SETTINGS = frozenset({"ARRIERO_YES", "ARRIERO_SERVICE"})
"""Variables that main.sh reads, and by which a process that we started is known."""
TEST_PREFIX = "ARRIERO_TEST_"
OLLAMA_VARIABLES: Mapping[str, KeyPath] = {"OLLAMA_MODELS": ("models_dir",)}

Problems = list[ConfigProblem | FileProblem]


@dataclass(frozen=True)
class Entry:
    """One value as it was written. `worded`: it is text of a variable or flag, still to be split by its Kind."""

    path: KeyPath
    raw: object
    origin: Origin
    anchor: Anchor
    worded: bool = False


def catalogue(home: Path) -> list[Entry]:
    parsed = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return [Entry(path, raw, DEFAULT, Anchor(CATALOGUE.parent, home)) for path, raw in leaves(parsed)]


def file(path: Path, home: Path, problems: Problems) -> list[Entry]:
    """The entries of a settings file; none when it does not exist. What keeps it from being read is a problem."""
    try:
        text = path.read_text(encoding="utf-8")
        parsed = tomllib.loads(text)
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as fault:
        problems.append(FileUnreadable(str(path), getattr(fault, "strerror", None) or str(fault)))
        return []
    except tomllib.TOMLDecodeError as fault:
        found = re.search(r"at line (\d+)", str(fault))
        problems.append(NotToml(str(path), int(found[1]) if found else None, str(fault)))
        return []
    lines, anchor = lines_of(text), Anchor(path.parent, home)
    return [Entry(key, raw, Origin("file", str(path), lines.get(key)), anchor) for key, raw in leaves(parsed)]


def environment(environ: Mapping[str, str], known: list[KeyPath], home: Path, problems: Problems) -> Iterator[Entry]:
    """The entries of ARRIERO_… variables, each of which must be one of `known`. An empty variable counts as unset."""
    by_name = {schema.variable(path): path for path in known}
    anchor = Anchor(Path(), home)
    for name, text in sorted(environ.items()):
        path = by_name.get(name) or (
            OLLAMA_VARIABLES.get(name) if schema.variable(("models_dir",)) not in environ else None
        )
        if path and text:
            yield Entry(path, text, Origin("environment", name), anchor, worded=True)
        elif not path and text and _claims_to_be_ours(name):
            problems.append(UnknownVariable(Origin("environment", name), name, nearest(name, list(by_name))))


def _claims_to_be_ours(name: str) -> bool:
    return name.startswith(schema.PREFIX) and not name.startswith(TEST_PREFIX) and name not in NO_SETTINGS


def flags(given: Mapping[str, object], home: Path) -> Iterator[Entry]:
    """The entries of flags by dotted key, as `schema.dotted` writes it; None means that the flag was not given."""
    for key, value in given.items():
        if value is not None:
            yield Entry(_path(key), value, Origin("flag", f"--{key}"), Anchor(Path(), home), worded=True)


def _path(dotted: str) -> KeyPath:
    if '"' not in dotted:
        return tuple(dotted.split("."))
    return next(leaves(tomllib.loads(f"{dotted} = 0")))[0]
