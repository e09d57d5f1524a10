"""JSON with comments (and trailing commas), read and edited without touching a byte that was not asked for.

The dialect is that of VS Code's `jsonc-parser`, with which Kilo and VS Code read their files: `//` and `/* */`
comments, a comma before a closing bracket. Editing is cutting and pasting in the text at places that reading found.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_BLANK = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_SCALAR = re.compile(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DEEPEST = 200


class NotJsonc(ValueError):
    """`line` counts from 1; `what` says what was expected there."""

    def __init__(self, text: str, at: int, what: str) -> None:
        super().__init__(what)
        self.line, self.what = text.count("\n", 0, at) + 1, what


@dataclass(frozen=True)
class Node:
    """A value and where it stands: text[start:end]. `members` are those of an object, in their order."""

    start: int
    end: int
    value: Any
    members: tuple[Member, ...] = ()

    def member(self, key: str) -> Member | None:
        """The last of that name counts, as in JavaScript."""
        return next((member for member in reversed(self.members) if member.key == key), None)


@dataclass(frozen=True)
class Member:
    key: str
    start: int
    node: Node


def parse(text: str) -> Node:
    """The one value of a document. Raises NotJsonc."""
    node = _value(text, _skip(text, 1 if text.startswith("\ufeff") else 0), 0)
    end = _skip(text, node.end)
    if end != len(text):
        raise NotJsonc(text, end, "nothing more")
    return node


def with_member(text: str, path: tuple[str, ...], value: object) -> str:
    """The document with `value` at `path`, whose objects are made where they lack. Raises NotJsonc.

    Raises TypeError when something on the path is there and no object.
    """
    node, depth = parse(text), 0
    while depth < len(path):
        if not isinstance(node.value, dict):
            raise TypeError(".".join(path[:depth]) or "the document")
        below = node.member(path[depth])
        if below is None:
            break
        node, depth = below.node, depth + 1
    for key in reversed(path[depth + 1 :]):
        value = {key: value}
    if depth < len(path):
        return _inserted(text, node, path[depth], value)
    if node.value == value:
        return text
    return text[: node.start] + _written(text, value, _indent(text, node.start)) + text[node.end :]


def without_member(text: str, path: tuple[str, ...]) -> str:
    """The document without the member at `path`; as it is when there is none. Raises NotJsonc."""
    node = parse(text)
    for key in path[:-1]:
        below = node.member(key)
        if below is None:
            return text
        node = below.node
    gone = node.member(path[-1])
    return text if gone is None else without_member(_cut(text, node, gone), path)  # a name may stand there twice


def _value(text: str, at: int, depth: int) -> Node:
    opening = text[at : at + 1]
    if depth > _DEEPEST:
        raise NotJsonc(text, at, f"at most {_DEEPEST} levels")
    if opening == "{":
        return _object(text, at, depth)
    if opening == "[":
        return _array(text, at, depth)
    if opening == '"':
        value, end = _string(text, at)
        return Node(at, end, value)
    found = _SCALAR.match(text, at)
    if not found:
        raise NotJsonc(text, at, "a value")
    return Node(at, found.end(), json.loads(found[0]))


def _object(text: str, start: int, depth: int) -> Node:
    members: list[Member] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "}":
        if text[at : at + 1] != '"':
            raise NotJsonc(text, at, '"name" or }')
        key, end = _string(text, at)
        colon = _skip(text, end)
        if text[colon : colon + 1] != ":":
            raise NotJsonc(text, colon, ":")
        members.append(Member(key, at, _value(text, _skip(text, colon + 1), depth + 1)))
        at = _after_item(text, members[-1].node.end, "}")
    return Node(start, at + 1, {member.key: member.node.value for member in members}, tuple(members))


def _array(text: str, start: int, depth: int) -> Node:
    items: list[Any] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "]":
        node = _value(text, at, depth + 1)
        items.append(node.value)
        at = _after_item(text, node.end, "]")
    return Node(start, at + 1, items)


def _after_item(text: str, at: int, closing: str) -> int:
    """Where the next item or the closing bracket stands."""
    at = _skip(text, at)
    if text[at : at + 1] == ",":
        return _skip(text, at + 1)
    if text[at : at + 1] != closing:
        raise NotJsonc(text, at, f", or {closing}")
    return at


def _string(text: str, at: int) -> tuple[str, int]:
    found = _STRING.match(text, at)
    if not found:
        raise NotJsonc(text, at, '"')
    try:
        return str(json.loads(found[0])), found.end()
    except json.JSONDecodeError as error:
        raise NotJsonc(text, at + error.pos, error.msg) from None


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found is not None  # it matches nothing, too
    return found.end()


def _inserted(text: str, parent: Node, key: str, value: object) -> str:
    """The member comes last, on a line of its own, after whatever comments stand there."""
    newline, outer = _newline(text), _indent(text, parent.start)
    inner = _indent(text, parent.members[-1].start) if parent.members else outer
    if inner == outer:  # nothing to copy from: a line's own indentation, or an object on one line
        inner = outer + ("\t" if "\t" in outer else "  ")
    body = text[parent.start : parent.end - 1].rstrip()
    if parent.members:
        last = parent.members[-1].node.end
        if text[_skip(text, last)] != ",":
            body = body[: last - parent.start] + "," + body[last - parent.start :]
    member = f"{newline}{inner}{json.dumps(key)}: {_written(text, value, inner)}"
    return f"{text[: parent.start]}{body}{member}{newline}{outer}}}{text[parent.end :]}"


def _cut(text: str, parent: Node, gone: Member) -> str:
    """With its line, when it stood alone there; with the comma before it, when it was the last."""
    start, end = gone.start, gone.node.end
    comma = _skip(text, end)
    if text[comma] == ",":
        end = comma + 1
    before = text[:start].rstrip(" \t")
    rest = re.compile(r"[ \t]*\r?\n").match(text, end)
    if rest and before.endswith("\n"):
        start, end = len(before), rest.end()
    index = parent.members.index(gone)
    if index and index == len(parent.members) - 1 and text[comma] != ",":
        at = _skip(text, parent.members[index - 1].node.end)
        return text[:at] + text[at + 1 : start] + text[end:]
    return text[:start] + text[end:]


def _written(text: str, value: object, indent: str) -> str:
    step = "\t" if "\t" in indent else 2
    return json.dumps(value, indent=step, ensure_ascii=False).replace("\n", _newline(text) + indent)


def _indent(text: str, at: int) -> str:
    line = text.rfind("\n", 0, at) + 1
    return text[line : line + len(text[line:at]) - len(text[line:at].lstrip(" \t"))]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
