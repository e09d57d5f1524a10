"""The arguments of a tool call: an object with Ollama, JSON inside a string with OpenAI and in Anthropic's deltas."""

from __future__ import annotations

import json

from arriero.core import go_json
from arriero.engine.api.go_decode import go_kind
from arriero.engine.api.service import Json


def arguments_text(call: Json) -> str:
    """Go's JSON of the arguments of one of Ollama's calls, in the model's order: clients of Ollama get these bytes."""
    return go_json.encode(call["function"]["arguments"], sort_keys=False).decode().rstrip("\n")


def arguments_of(text: str) -> Json:
    """The object that `text` holds. Raises ValueError when it holds none; null is an empty one, as in Go."""
    try:
        arguments = json.loads(text)
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    if arguments is not None and not isinstance(arguments, dict):
        raise ValueError(f"cannot unmarshal {go_kind(arguments)} into an object")
    return arguments or {}
