"""What the dialects' tests share: the recorded exchanges, chunks as the engine gives them, and events read back."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from arriero.engine.api.collect import collect
from arriero.engine.api.dialect import Turn
from arriero.engine.api.go_decode import GoType, decode

GOLDEN = Path(__file__).parents[2] / "golden"
DEMO = "smollm2:135m-instruct-q4_1"
REQUESTS = {each["id"]: each for each in json.loads((GOLDEN / "requests.json").read_text())}
ANSWERS = json.loads((GOLDEN / "answers.json").read_text())


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recorded_golden", GOLDEN / "golden.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


golden = _load()


def asked(exchange: str, shape: GoType) -> dict[str, Any]:
    """The recorded request's body as the handler gets it."""
    return decode(json.dumps(REQUESTS[exchange]["body"]).encode(), shape)


def said(*texts: str, model: str = DEMO, reason: str = "length", read: int = 16, written: int = 8) -> list[dict]:
    """A chat answer of these pieces of content, closed by the chunk with the counts."""
    chunks = [_chunk(model, {"role": "assistant", "content": text}) for text in texts]
    return [*chunks, closed(model, reason, read, written)]


def thought(*texts: str, model: str, reason: str = "length", read: int = 14, written: int = 6) -> list[dict]:
    chunks = [_chunk(model, {"role": "assistant", "content": "", "thinking": text}) for text in texts]
    return [*chunks, closed(model, reason, read, written)]


def called(*calls: tuple[str, dict], model: str, read: int, written: int) -> list[dict]:
    """One chunk per call, as Ollama's parser gives them when they come one after another."""
    chunks = []
    for index, (name, arguments) in enumerate(calls):
        call = {"id": f"call_{index:08d}", "function": {"index": index, "name": name, "arguments": arguments}}
        chunks.append(_chunk(model, {"role": "assistant", "content": "", "tool_calls": [call]}))
    return [*chunks, closed(model, "stop", read, written)]


def closed(model: str, reason: str, read: int, written: int) -> dict:
    counts = {"total_duration": 9, "load_duration": 1, "prompt_eval_count": read, "eval_count": written}
    message = {"role": "assistant", "content": ""}
    return {**_chunk(model, message), "done": True, "done_reason": reason, **counts}


def _chunk(model: str, message: dict) -> dict:
    return {"model": model, "created_at": "2026-11-22T11:21:40.793735277Z", "message": message, "done": False}


class Replay:
    """An Answer that replays chunks."""

    def __init__(self, chunks: list[dict]) -> None:
        self._chunks = iter(chunks)

    def __aiter__(self) -> Replay:
        return self

    async def __anext__(self) -> dict:
        try:
            return next(self._chunks)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        self._chunks = iter(())


def joined(chunks: list[dict]) -> dict:
    return asyncio.run(collect(Replay(chunks)))


def events_of(turn: Turn, chunks: list[dict]) -> list[dict]:
    """The stream's events read back, as golden.py records them."""
    assert turn.stream is not None
    return parsed(b"".join(b"".join(turn.stream.events(chunk)) for chunk in chunks))


def parsed(stream: bytes) -> list[dict]:
    events = []
    for block in stream.decode().split("\n\n"):
        event: dict[str, Any] = {}
        for line in block.splitlines():
            key, _, value = line.partition(": ")
            event[key] = json.loads(value) if key == "data" and value != "[DONE]" else value
        if event:
            events.append(event)
    return events


def differs(exchange: str, *, events: list[dict] | None = None, body: dict | None = None) -> list[str]:
    """Where a stream or an answer differs in form from the recorded one."""
    want = ANSWERS[exchange]
    if events is not None:
        return golden.differences(golden.sequence(want["events"]), golden.sequence(events))
    return golden.differences(golden.form(want["json"]), golden.form(body))
