"""Finds tool calls in what a model writes, as the text arrives.

Its oddities are Ollama's and are kept: text after a call is dropped, a call without an arguments object is not seen,
and with the tag `{` or `[` only an answer that begins with it can be a call. Source: Ollama 0.33 tools/tools.go.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Sequence

from arriero.engine.output.first_object import FirstObject, Json, json_object
from arriero.engine.output.held_back import GO_SPACE, begins_at
from arriero.engine.prompt.messages import ToolCall

_CLOSING = {"{": "}", "[": "]"}


def new_call_id() -> str:
    return "call_" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))


class ToolParser:
    """One answer of a model that was given `tools` (their names). `tag` is what it writes before its calls."""

    def __init__(self, tag: str, tools: Sequence[str], new_id: Callable[[], str] = new_call_id) -> None:
        self._tag = tag
        self._tools = tools
        self._new_id = new_id
        self._buffer = ""
        self._tag_seen = False
        self._done = False
        self._count = 0
        self._unread()

    def feed(self, text: str) -> tuple[list[ToolCall], str]:
        """The calls that this piece completes, and the text that is certain to be none."""
        if self._done:
            return [], text
        self._buffer += text
        content = "" if self._tag_seen else self._before_tag()
        if self._done or not self._tag_seen:
            return [], content
        calls = list(iter(self._next_call, None))
        if self._bracket_closed():
            self._done = True
            content, self._buffer = self._buffer, ""
        return calls, content

    def rest(self) -> str:
        """What is left for the client at the end of the answer."""
        return self._buffer if self._tag in _CLOSING and not self._count else ""

    def _before_tag(self) -> str:
        """The content in front of the tag, or of what may yet become it."""
        at = self._buffer.find(self._tag)
        self._tag_seen = at >= 0
        at = at if self._tag_seen else begins_at(self._buffer, self._tag)
        content, self._buffer = self._buffer[:at], self._buffer[at:]
        if self._tag in _CLOSING and content.strip(GO_SPACE):
            self._done = True
            return content + self._buffer  # it also stays in the buffer, and `rest` gives it once more: so Ollama does
        return content

    def _next_call(self) -> ToolCall | None:
        found = self._object.read(self._buffer)
        name, name_end = self._name() if found else ("", 0)
        if found is None or not name:
            return None
        value, object_end = found
        arguments = _arguments(name, value)
        if arguments is None:
            return None
        call = ToolCall(name, arguments, self._new_id(), self._count)
        self._count += 1
        self._buffer = self._buffer[max(name_end, object_end) :]
        self._unread()
        return call

    def _name(self) -> tuple[str, int]:
        """The first tool that is named, the longest of several at one place; none while the end may become a name."""
        if any(begins_at(self._buffer, name[:-1]) < len(self._buffer) for name in self._tools):
            return "", 0
        places = [(self._buffer.find(name), -len(name), name) for name in self._tools if name in self._buffer]
        if not places:
            return "", 0
        at, _, name = min(places)
        return name, at + len(name)

    def _unread(self) -> None:
        """The buffer begins anew: nothing of it has been looked at."""
        self._object = FirstObject()
        self._counted, self._open = 0, 0

    def _bracket_closed(self) -> bool:
        """Whether a `{` or `[` that is the tag has found its partner, strings not being told apart."""
        closing = _CLOSING.get(self._tag)
        fresh, self._counted = self._buffer[self._counted :], len(self._buffer)
        for letter in fresh if closing else "":
            self._open += (letter == self._tag) - (letter == closing)
            if letter == closing and self._open == 0:
                return True
        return False


def _arguments(tool: str, value: Json) -> Json | None:
    """The arguments that an object holds for a tool, else the object itself; None where it names but has none."""
    found, arguments = _search(tool, value)
    return arguments if found else value


def _search(tool: str, value: Json) -> tuple[bool, Json | None]:
    """(whether this object or one inside it is a call, its arguments)."""
    if "name" in value:
        named = _held(value, "arguments")
        return True, named if named is not None else _held(value, "parameters")
    held = _held(value, tool)
    if held is not None:
        return True, held
    for child in value.values():
        for inner in child if isinstance(child, list) else [child]:
            found = _search(tool, inner) if isinstance(inner, dict) else (False, None)
            if found[0]:
                return found
    return False, None


def _held(value: Json, key: str) -> Json | None:
    """An object, or a string that holds one."""
    held = value.get(key)
    if isinstance(held, str):
        return json_object(held)
    return held if isinstance(held, dict) else None
