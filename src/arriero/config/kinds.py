"""What values a key may hold: one Kind for each, which reads what TOML, a variable or a flag gave into the typed value.

Invariant: a Kind accepts or raises `Unfit`; it never bends a value until it fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from arriero.config.simulation import parse_simulation
from arriero.core.ids import Reference

T = TypeVar("T")

_DURATION = re.compile(r"-?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|-?\d+")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!_-]*")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._:/-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?(?:@sha256:[0-9a-f]{64})?")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]*")
_DOCKER_SIZE = re.compile(r"[1-9][0-9]*[kmgKMG]?[bB]?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Anchor:
    """What paths are relative to: the folder of the file they stand in (else `.`), and HOME for `~`."""

    folder: Path
    home: Path


class Unfit(Exception):
    """Not this kind of value. Which of our errors that is: `type`, `form`, `range` (with bounds) or `choice`."""

    def __init__(self, fault: str, *bounds: int) -> None:
        super().__init__(fault)
        self.fault = fault
        self.bounds = bounds


@dataclass(frozen=True)
class Kind:
    """`read` takes a raw value of TOML; `split` makes one of the text of a variable or flag. `told` is English."""

    told: str
    read: Callable[[object, Anchor], object]
    split: Callable[[str], object] = str
    choices: tuple[str, ...] = ()


def _text(raw: object, _: Anchor) -> str:
    if not isinstance(raw, str):
        raise Unfit("type")
    if not raw.strip():
        raise Unfit("form")
    return raw


def _matching(pattern: re.Pattern[str]) -> Callable[[object, Anchor], str]:
    def read(raw: object, anchor: Anchor) -> str:
        text = _text(raw, anchor)
        if not pattern.fullmatch(text):
            raise Unfit("form")
        return text

    return read


def _number(text: str) -> object:
    """A variable's text as the integer it spells; other text stays text, and is then of the wrong type."""
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text


def _comma_separated(text: str) -> list[object]:
    return [part.strip() for part in text.split(",") if part.strip()]


def whole(lowest: int, highest: int) -> Kind:
    def read(raw: object, _: Anchor) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise Unfit("type")
        if not lowest <= raw <= highest:
            raise Unfit("range", lowest, highest)
        return raw

    return Kind(f"whole number, {lowest} to {highest}", read, _number)


def one_of(choices: type[StrEnum] | tuple[str, ...]) -> Kind:
    words = tuple(str(c) for c in choices)

    def read(raw: object, _: Anchor) -> str:
        if not isinstance(raw, str):
            raise Unfit("type")
        if raw not in words:
            raise Unfit("choice")
        return raw

    return Kind("one of " + ", ".join(f"`{w}`" for w in words), read, choices=words)


def _keep_alive(raw: object, anchor: Anchor) -> str:
    """Seconds or a duration as Go writes it; negative means for ever (Ollama's `keep_alive`)."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    return _matching(_DURATION)(raw, anchor)


def _address(raw: object, anchor: Anchor) -> str:
    text = _text(raw, anchor)
    try:
        return str(ip_address(text))
    except ValueError:
        raise Unfit("form") from None


def _path(raw: object, anchor: Anchor) -> Path:
    text = _text(raw, anchor)
    if text == "~" or text.startswith("~/"):
        return anchor.home / text[2:]
    if text.startswith("~"):
        raise Unfit("form")
    try:
        return (anchor.folder / text).absolute()
    except FileNotFoundError:  # the current folder is gone
        raise Unfit("form") from None


def _member(raw: object, anchor: Anchor) -> str:
    """A path inside an archive: relative, and it stays inside."""
    text = _text(raw, anchor)
    if text.startswith("/") or ".." in text.split("/"):
        raise Unfit("form")
    return text


def _reference(raw: object, anchor: Anchor) -> Reference:
    try:
        return Reference.parse(_text(raw, anchor))
    except ValueError:
        raise Unfit("form") from None


def _simulation(raw: object, anchor: Anchor) -> str:
    text = _text(raw, anchor)
    try:
        return parse_simulation(text).text
    except ValueError:
        raise Unfit("form") from None


def _list_of(item: Callable[[object, Anchor], T]) -> Callable[[object, Anchor], tuple[T, ...]]:
    def read(raw: object, anchor: Anchor) -> tuple[T, ...]:
        if not isinstance(raw, list):
            raise Unfit("type")
        return tuple(item(part, anchor) for part in raw)

    return read


def _range(raw: object, _: Anchor) -> tuple[int, int]:
    if not isinstance(raw, list) or [type(part) for part in raw] != [int, int]:
        raise Unfit("type")
    low, high = raw
    if not 0 < low <= high:
        raise Unfit("form")
    return low, high


TEXT = Kind("text", _text)
PATH = Kind("path; `~` is your home, a relative one starts at the file's folder", _path)
ADDRESS = Kind("IP address", _address)
KEEP_ALIVE = Kind('seconds, or a duration such as `"5m"`; negative: for ever', _keep_alive)
SIMULATION = Kind("a card, and what befalls it, separated by commas", _simulation)
REFERENCE = Kind("model name as Ollama writes it", _reference)
REFERENCES = Kind("list of model names", _list_of(_reference), _comma_separated)
TEXTS = Kind("list of texts", _list_of(_text), _comma_separated)
REQUIREMENT = Kind("`name==version`", _matching(_REQUIREMENT))
MEMBER = Kind("path inside the wheel", _member)
IMAGE = Kind("image as `docker pull` takes it", _matching(_IMAGE))
PROJECT = Kind("small letters, digits, `-` and `_`", _matching(_PROJECT))
DOCKER_SIZE = Kind('size as Docker writes it, such as `"512mb"`', _matching(_DOCKER_SIZE))
SHA256 = Kind("64 hexadecimal digits", _matching(_SHA256))
SPEEDS = Kind("two whole numbers, from and to", _range, lambda t: [_number(p.strip()) for p in t.split(",")])
SIZE = whole(1, 1 << 50)
PORT = whole(1024, 65535)
