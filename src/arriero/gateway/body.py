"""What routing needs of a request's body, found without reading the rest of it. Pure.

Invariant: bytes that are not the model's name are passed on as they came, whatever they are: whether the body is JSON
at all is for the model's server to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)
_COLON = re.compile(rb"\s*:\s*")
_LITERAL = re.compile(rb"[^\s,\]}]*")
_FIRST = re.compile(rb"\s*\{")


@dataclass(frozen=True)
class Value:
    """One value of the outermost object: its bytes are `body[start:end]`; of an object or a list, the first one."""

    start: int
    end: int
    raw: bytes

    @property
    def text(self) -> str | None:
        """None when it is no string."""
        if not self.raw.startswith(b'"'):
            return None
        try:
            return str(json.loads(self.raw, strict=False))
        except ValueError:
            return None


@dataclass(frozen=True)
class Asked:
    """`model`: None where there is none, or null. `stream`: None where the body does not say."""

    model: Value | None = None
    stream: bool | None = None


def read(body: bytes) -> Asked:
    """The last of several values counts, and names are compared without case: as Go reads JSON."""
    found: dict[str, Value] = {}
    for key, value in _members(body):
        if value.raw == b"null":
            found.pop(key, None)
        else:
            found[key] = value
    stream = found.get("stream")
    says = {b"true": True, b"false": False}.get(stream.raw) if stream else None
    return Asked(found.get("model"), says)


def with_model(body: bytes, at: Value, name: str) -> bytes:
    """The body with another model's name in that one place."""
    return body[: at.start] + json.dumps(name).encode() + body[at.end :]


def _members(body: bytes) -> Iterator[tuple[str, Value]]:
    """Those of the outermost object that routing looks at."""
    if not _FIRST.match(body):
        return
    depth = 0
    for token in _TOKEN.finditer(body):
        first = body[token.start()]
        if first in b"{[":
            depth += 1
        elif first in b"}]":
            depth -= 1
            if depth == 0:
                return
        elif depth == 1 and (colon := _COLON.match(body, token.end())):
            key = _key(token[0])
            if key in ("model", "stream"):
                yield key, _value(body, colon.end())


def _key(raw: bytes) -> str:
    try:
        return str(json.loads(raw, strict=False)).lower()
    except ValueError:
        return ""


def _value(body: bytes, start: int) -> Value:
    token = _TOKEN.match(body, start) or _LITERAL.match(body, start)
    assert token is not None
    return Value(start, token.end(), token[0])
