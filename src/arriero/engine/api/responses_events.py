"""The event stream of OpenAI's Responses API. Pure.

Invariant: output items come one after another, each added, grown and done under its own `output_index`, and the last
event repeats them all; `sequence_number` counts every event from 0. (Ollama 0.33 gives calls that arrive in several
chunks one index and leaves text before a call out of the last event; clients built on OpenAI's schema lose items so.)
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from arriero.engine.api.responses_object import Head, call_item, message_item, reasoning_item, text_part, usage
from arriero.engine.api.service import Json
from arriero.engine.api.sse import event


@dataclass
class _Growing:
    """The item that text is being added to: "rs" for reasoning, "msg" for a message."""

    kind: str
    id: str
    text: str = ""


@dataclass
class ResponseStream:
    head: Head
    _sequence: int = 0
    _done: list[Json] = field(default_factory=list)
    _growing: _Growing | None = None

    def events(self, chunk: Json) -> list[bytes]:
        told = [] if self._sequence else self._start(chunk)
        message = chunk["message"]
        if message.get("thinking"):
            told += self._grow("rs", message["thinking"])
        if message.get("content"):
            told += self._grow("msg", message["content"])
        for call in message.get("tool_calls", ()):
            told += self._call(call)
        return told + (self._completed(chunk) if chunk.get("done") else [])

    def failure(self, message: str) -> list[bytes]:
        response = self._response("failed", self.head.request.get("model") or "", self._done)
        response["error"] = {"code": "server_error", "message": message}
        return [self._event("response.failed", response=response)]

    def _start(self, chunk: Json) -> list[bytes]:
        kinds = ("response.created", "response.in_progress")
        return [self._event(kind, response=self._response("in_progress", chunk["model"], [])) for kind in kinds]

    def _completed(self, chunk: Json) -> list[bytes]:
        told = self._finish()
        response = self._response("completed", chunk["model"], self._done)
        response |= {"completed_at": int(time.time()), "usage": usage(chunk)}
        return [*told, self._event("response.completed", response=response)]

    def _grow(self, kind: str, text: str) -> list[bytes]:
        told: list[bytes] = []
        if self._growing is None or self._growing.kind != kind:
            told = self._finish()
            self._growing = _Growing(kind, f"{kind}_{secrets.randbelow(999999)}")
            told += self._added(self._growing)
        self._growing.text += text
        if kind == "rs":
            return [*told, self._summary("delta", delta=text)]
        return [*told, self._text("output_text.delta", delta=text, logprobs=[])]

    def _added(self, item: _Growing) -> list[bytes]:
        if item.kind == "rs":
            return [self._item("added", {"id": item.id, "type": "reasoning", "summary": []})]
        added = self._item("added", message_item(item.id, "in_progress", []))
        return [added, self._text("content_part.added", part=text_part(""))]

    def _finish(self) -> list[bytes]:
        """Ends the growing item, if there is one."""
        item = self._growing
        if item is None:
            return []
        if item.kind == "rs":
            whole = reasoning_item(item.id, item.text)
            told = [self._summary("done", text=item.text), self._item("done", whole)]
        else:
            whole = message_item(item.id, "completed", [text_part(item.text)])
            told = [
                self._text("output_text.done", text=item.text, logprobs=[]),
                self._text("content_part.done", part=text_part(item.text)),
                self._item("done", whole),
            ]
        self._growing = None
        self._done.append(whole)
        return told

    def _call(self, call: Json) -> list[bytes]:
        told = self._finish()
        item = call_item(f"fc_{secrets.randbelow(999999)}_{len(self._done)}", call)
        place = {"item_id": item["id"], "output_index": len(self._done)}
        told += [
            self._item("added", item | {"status": "in_progress", "arguments": ""}),
            self._event("response.function_call_arguments.delta", **place, delta=item["arguments"]),
            self._event("response.function_call_arguments.done", **place, arguments=item["arguments"]),
            self._item("done", item),
        ]
        self._done.append(item)
        return told

    def _item(self, what: str, item: Json) -> bytes:
        return self._event(f"response.output_item.{what}", output_index=len(self._done), item=item)

    def _summary(self, what: str, **data: object) -> bytes:
        return self._event(f"response.reasoning_summary_text.{what}", **self._place(), summary_index=0, **data)

    def _text(self, what: str, **data: object) -> bytes:
        return self._event(f"response.{what}", **self._place(), content_index=0, **data)

    def _place(self) -> Json:
        return {"item_id": self._growing.id if self._growing else "", "output_index": len(self._done)}

    def _response(self, status: str, model: str, output: list[Json]) -> Json:
        reasoning = self.head.reasoning()
        told = self.head.response(status, model, output)
        return told | {"reasoning": {"effort": None, "summary": None} | reasoning if reasoning else None}

    def _event(self, kind: str, **data: object) -> bytes:
        told = event({"type": kind, "sequence_number": self._sequence, **data}, kind)
        self._sequence += 1
        return told
