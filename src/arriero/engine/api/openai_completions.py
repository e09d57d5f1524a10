"""`POST /v1/completions`: OpenAI's text completion around `/api/generate`, with fill-in-the-middle through `suffix`.

Facts of Ollama 0.33: the prompt goes through the model's template; `echo`, `n` and `best_of` say nothing; logprobs are
asked of the model and not told.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from aiohttp import web

from arriero.engine.api.dialect import Dialect, Turn
from arriero.engine.api.error_forms import openai_error
from arriero.engine.api.go_decode import ANY, BOOL, FLOAT, INT, STRING, struct
from arriero.engine.api.openai_chat import STREAM_OPTIONS, usage_of
from arriero.engine.api.openai_options import sampling, stops
from arriero.engine.api.service import Json, Service
from arriero.engine.api.sse import DONE, event

REQUEST = struct(
    "openai.CompletionRequest",
    model=STRING,
    prompt=STRING,
    frequency_penalty=FLOAT,
    max_tokens=INT,
    presence_penalty=FLOAT,
    seed=INT,
    stop=ANY,
    stream=BOOL,
    stream_options=STREAM_OPTIONS,
    temperature=FLOAT,
    top_p=FLOAT,
    suffix=STRING,
    logprobs=INT,
    _debug_render_only=BOOL,
)


def turn(request: Json) -> Turn:
    """Raises Refusal(400) for a stop list that holds more than texts."""
    head = Head(f"cmpl-{secrets.randbelow(999)}", int(time.time()))
    usage = bool((request.get("stream_options") or {}).get("include_usage"))
    stream = CompletionStream(head, usage) if request.get("stream") else None
    return Turn(ollama_body(request), head.completion, stream)


def ollama_body(request: Json) -> Json:
    """The body for `/api/generate`. A `top_p` of 0 counts as unset here, and the penalties are always sent."""
    options = {"frequency_penalty": 0, "presence_penalty": 0} | sampling(request) | stops(request, strict=True)
    body: Json = {
        "model": request.get("model") or "",
        "prompt": request.get("prompt") or "",
        "options": options | {"top_p": options["top_p"] or 1.0},
        "stream": bool(request.get("stream")),
    }
    if (request.get("logprobs") or 0) > 0:
        body |= {"logprobs": True, "top_logprobs": request["logprobs"]}
    return body | {key: request[key] for key in ("suffix", "_debug_render_only") if request.get(key)}


@dataclass(frozen=True)
class Head:
    """What every object of one answer repeats. `created_at_s`: Unix seconds."""

    id: str
    created_at_s: int

    def completion(self, answer: Json) -> Json:
        return self.chunk(answer, [_choice(answer)]) | {"usage": usage_of(answer)}

    def chunk(self, answer: Json, choices: list[Json]) -> Json:
        return {
            "id": self.id,
            "object": "text_completion",
            "created": self.created_at_s,
            "choices": choices,
            "model": answer["model"],
            "system_fingerprint": "fp_ollama",
        }


@dataclass(frozen=True)
class CompletionStream:
    head: Head
    include_usage: bool

    def events(self, chunk: Json) -> list[bytes]:
        """With usage wanted every chunk carries one: zeros until the last, which is Ollama's way."""
        told = self.head.chunk(chunk, [_choice(chunk)])
        if self.include_usage:
            told["usage"] = usage_of({})
        events = [event(told)]
        if chunk.get("done"):
            if self.include_usage:
                events.append(event(self.head.chunk(chunk, []) | {"usage": usage_of(chunk)}))
            events.append(DONE)
        return events

    def failure(self, message: str) -> list[bytes]:
        return [event(openai_error(500, message))]


def _choice(answer: Json) -> Json:
    return {"text": answer.get("response", ""), "index": 0, "finish_reason": answer.get("done_reason")}


def routes(service: Service) -> list[web.RouteDef]:
    dialect = Dialect(openai_error, REQUEST, turn, service.generate)
    return [web.post("/v1/completions", dialect.serve)]
