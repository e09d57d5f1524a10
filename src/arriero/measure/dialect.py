"""The two APIs that a model's server may speak: how a question is put, and what one line of the answer says. Pure.

Ollama: POST /api/chat and /api/generate, one JSON object a line. OpenAI: POST /v1/chat/completions, server-sent events,
with `stream_options.include_usage` for the counts (platform.openai.com/docs/api-reference/chat/streaming).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """`system` and `user` of a chat; with `suffix` set, `user` is the code before the gap instead."""

    user: str
    system: str = ""
    suffix: str = ""
    max_tokens: int = 8


@dataclass(frozen=True)
class Piece:
    """What one line said. Counts are None where it has none; `error` is the server's own word."""

    text: str = ""
    prompt_tokens: int | None = None
    tokens: int | None = None
    over: bool = False
    error: str = ""


class OllamaDialect:
    name = "ollama"

    def path(self, question: Question) -> str:
        return "/api/generate" if question.suffix else "/api/chat"

    def body(self, model: str, question: Question) -> dict[str, object]:
        options = {"num_predict": question.max_tokens, "temperature": 0, "seed": 1}
        shared: dict[str, object] = {"model": model, "stream": True, "options": options}
        if question.suffix:
            return shared | {"prompt": question.user, "suffix": question.suffix}
        return shared | {"messages": _messages(question)}

    def read(self, line: bytes) -> Piece:
        """Raises ValueError for what is no line of this API."""
        event = _object(line)
        if "error" in event:
            return Piece(error=str(event["error"]))
        message = event.get("message")
        said: Mapping[str, Any] = message if isinstance(message, dict) else {}
        text = f"{said.get('thinking') or ''}{said.get('content') or ''}{event.get('response') or ''}"
        prompt, tokens = _count(event, "prompt_eval_count"), _count(event, "eval_count")
        return Piece(text, prompt, tokens, over=event.get("done") is True)


class OpenaiDialect:
    name = "openai"

    def path(self, _question: Question) -> str:
        return "/v1/chat/completions"

    def body(self, model: str, question: Question) -> dict[str, object]:
        return {
            "model": model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": question.max_tokens,
            "temperature": 0,
            "seed": 1,
            "messages": _messages(question),
        }

    def read(self, line: bytes) -> Piece:
        """Raises ValueError for what is no line of this API."""
        if line.startswith((b":", b"event:", b"id:", b"retry:")):
            return Piece()
        data = line.removeprefix(b"data:").strip()
        if data == b"[DONE]":
            return Piece(over=True)
        event = _object(data)
        if event.get("error"):
            return Piece(error=_words(event["error"]))
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        delta = choice["delta"] if isinstance(choice.get("delta"), dict) else {}
        text = f"{delta.get('reasoning_content') or ''}{delta.get('content') or ''}"
        usage = event["usage"] if isinstance(event.get("usage"), dict) else {}
        over = choice.get("finish_reason") is not None
        return Piece(text, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"), over=over)


Dialect = OllamaDialect | OpenaiDialect


def _messages(question: Question) -> list[dict[str, str]]:
    system = [{"role": "system", "content": question.system}] if question.system else []
    return [*system, {"role": "user", "content": question.user}]


def _object(line: bytes) -> dict[str, Any]:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError(line[:40])  # noqa: TRY004  # what came is wrong, not what was passed
    return value


def _count(event: Mapping[str, Any], name: str) -> int | None:
    value = event.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _words(error: object) -> str:
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)
