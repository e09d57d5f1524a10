"""Ollama's chat answer as Anthropic tells it: one message, or the events of one. Pure.

Invariant: content blocks come one after another, each opened and closed under its own index.
"""

from __future__ import annotations

from dataclasses import dataclass

from arriero.engine.api.error_forms import anthropic_error
from arriero.engine.api.service import Json
from arriero.engine.api.sse import event
from arriero.engine.api.tool_calls import arguments_text


def whole_message(message_id: str, answer: Json) -> Json:
    """`answer` is `/api/chat`'s, joined."""
    said = answer["message"]
    blocks = [{"type": kind, kind: text} for kind, text in _texts(said) if text]
    blocks += [
        {"type": "tool_use", "id": call["id"], "name": call["function"]["name"], "input": call["function"]["arguments"]}
        for call in said.get("tool_calls", ())
    ]
    head = _head(message_id, answer["model"])
    return {**head, "content": blocks, **_stop(answer, bool(said.get("tool_calls"))), "usage": _usage(answer)}


@dataclass
class MessageStream:
    """The events of one streamed message. `estimated_tokens` stands in for the prompt's count until that is known."""

    message_id: str
    estimated_tokens: int
    _begun: bool = False
    _index: int = 0
    _open: str | None = None
    _called: bool = False

    def events(self, chunk: Json) -> list[bytes]:
        told = [] if self._begun else [self._start(chunk)]
        for kind, text in _texts(chunk["message"]):
            if text:
                told += self._text(kind, text)
        for call in chunk["message"].get("tool_calls", ()):
            told += self._call(call)
        return told + (self._end(chunk) if chunk.get("done") else [])

    def failure(self, message: str) -> list[bytes]:
        return [_event("error", error=anthropic_error(500, message)["error"])]

    def _start(self, chunk: Json) -> bytes:
        self._begun = True
        tokens = chunk.get("prompt_eval_count") or self.estimated_tokens
        head = _head(self.message_id, chunk["model"])
        return _event("message_start", message={**head, "content": [], "usage": _tokens(tokens, 0)})

    def _text(self, kind: str, text: str) -> list[bytes]:
        told: list[bytes] = []
        if self._open != kind:
            told = self._close()
            told.append(self._block(kind, {kind: ""}))
            self._open = kind
        return [*told, self._delta({"type": f"{kind}_delta", kind: text})]

    def _call(self, call: Json) -> list[bytes]:
        self._called = True
        told = self._close()
        told.append(self._block("tool_use", {"id": call["id"], "name": call["function"]["name"], "input": {}}))
        self._open = "tool_use"
        told.append(self._delta({"type": "input_json_delta", "partial_json": arguments_text(call)}))
        return told + self._close()

    def _end(self, chunk: Json) -> list[bytes]:
        delta = _event("message_delta", delta=_stop(chunk, self._called), usage=_usage(chunk))
        return [*self._close(), delta, _event("message_stop")]

    def _block(self, kind: str, said: Json) -> bytes:
        return _event("content_block_start", index=self._index, content_block={"type": kind, **said})

    def _delta(self, delta: Json) -> bytes:
        return _event("content_block_delta", index=self._index, delta=delta)

    def _close(self) -> list[bytes]:
        if self._open is None:
            return []
        self._open, self._index = None, self._index + 1
        return [_event("content_block_stop", index=self._index - 1)]


def _event(kind: str, **data: object) -> bytes:
    return event({"type": kind, **data}, kind)


def _head(message_id: str, model: str) -> Json:
    return {"id": message_id, "type": "message", "role": "assistant", "model": model}


def _texts(said: Json) -> tuple[tuple[str, str], ...]:
    return ("thinking", said.get("thinking", "")), ("text", said.get("content", ""))


def _stop(answer: Json, called: bool) -> Json:
    if called:
        return {"stop_reason": "tool_use"}
    reason = answer.get("done_reason")
    reasons = {"stop": "end_turn", "length": "max_tokens"}
    return {"stop_reason": reasons.get(reason, "stop_sequence")} if reason else {}


def _usage(answer: Json) -> Json:
    return _tokens(answer.get("prompt_eval_count", 0), answer.get("eval_count", 0))


def _tokens(read: int, written: int) -> Json:
    return {"input_tokens": read, "output_tokens": written}
