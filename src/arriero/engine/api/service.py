"""What the dialects (OpenAI, Responses, Anthropic) are translated into: Ollama's requests and answers, as plain dicts.

A request body is what a client of `/api/chat`, `/api/generate`, `/api/embed` or `/api/show` would have sent, decoded
from JSON. It is checked here exactly as Ollama's own routes check it, so a dialect only renames.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

Json = dict[str, Any]
"""A JSON object: str keys; values are str, int, float, bool, None, list or Json."""


class Answer(Protocol):
    """One streamed answer: Ollama's chunks as they would be JSON-encoded, the last one with `"done": true`.

    Refusals (`api.refusal.Refusal`) come out of the call that gave the Answer; once that has returned, a failure is
    a last chunk `{"error": text}`. A generation that Ollama cuts without a `done` chunk ends without one here too.
    `aclose()` frees the model's slot; it must be awaited when the answer is left before its end (use `aclosing`),
    and does nothing after it.
    """

    def __aiter__(self) -> AsyncIterator[Json]: ...

    async def aclose(self) -> None: ...


class Service(Protocol):
    async def chat(self, body: Json, *, relax_thinking: bool = False) -> Answer:
        """`/api/chat`. `stream` in the body is not looked at: an Answer always streams; `collect` joins one.

        With `relax_thinking` a model that cannot think ignores `think` instead of refusing it (`/v1/messages` only).
        """
        ...

    async def generate(self, body: Json) -> Answer:
        """`/api/generate`, likewise."""
        ...

    async def embed(self, body: Json) -> Json:
        """`/api/embed`: {"model", "embeddings", "total_duration", "load_duration", "prompt_eval_count"}."""
        ...

    def models(self) -> list[Json]:
        """The `models` list of `/api/tags`, newest modified first; `namespace` of a name is not in it, parse `name`."""
        ...

    def show(self, body: Json) -> Json:
        """`/api/show`."""
        ...
