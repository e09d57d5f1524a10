"""Joins a streamed answer into the one object that Ollama gives with `stream: false`."""

from __future__ import annotations

from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Answer, Json


async def collect(answer: Answer) -> Json:
    """The last chunk with the text, thinking, calls and logprobs of all of them; for chat and for generate.

    Raises Refusal(500) with the failure's text when the answer broke, as Ollama answers then.
    """
    whole: Json = {}
    message: Json = {}
    async for chunk in answer:
        if "error" in chunk:
            raise Refusal(500, chunk["error"])
        _add(whole, chunk)
        _add(message, chunk.get("message", {}))
    return whole | ({"message": message} if message else {})


def _add(whole: Json, part: Json) -> None:
    """Texts and lists grow, all else is the latest."""
    for key, value in part.items():
        grows = key in ("content", "thinking", "response", "tool_calls", "logprobs")
        whole[key] = whole[key] + value if grows and key in whole else value
