"""`/v1/fim/completions` as Mistral's API has it, over `/v1/completions` with its `suffix`, which slots understand.

The request has the same fields and passes as it is; the answer has chat's form there (docs.mistral.ai, FIM): its events
are told anew one by one as they come, and an answer that is not streamed once it is whole. Pure.
"""

from __future__ import annotations

import json
from typing import Any

from arriero.engine.api.sse import compact, event


class FimAnswer:
    """One answer's bytes, told anew. `events`: it is a stream of server-sent events."""

    def __init__(self, *, events: bool) -> None:
        self._events = events
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """What can be told by now: whole events."""
        self._held += data
        if not self._events:
            return b""
        *whole, self._held = self._held.split(b"\n\n")
        return b"".join(_event(each) for each in whole)

    def end(self) -> bytes:
        """The rest, as it came where it cannot be read."""
        if self._events or not self._held:
            return self._held
        told = _read(self._held)
        return self._held if told is None else compact(_as_chat(told, "message", "chat.completion"))


def _event(raw: bytes) -> bytes:
    told = _read(raw.removeprefix(b"data: "))
    return raw + b"\n\n" if told is None else event(_as_chat(told, "delta", "chat.completion.chunk"))


def _read(raw: bytes) -> dict[str, Any] | None:
    """None for what is no completion: [DONE], an error."""
    try:
        told = json.loads(raw)
    except ValueError:
        return None
    return told if isinstance(told, dict) and isinstance(told.get("choices"), list) else None


def _as_chat(told: dict[str, Any], part: str, kind: str) -> dict[str, Any]:
    choices = [
        {
            "index": each.get("index", 0),
            part: {"role": "assistant", "content": each.get("text", "")},
            "finish_reason": each.get("finish_reason"),
        }
        for each in told["choices"]
    ]
    return {**told, "object": kind, "choices": choices}
