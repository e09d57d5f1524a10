"""`POST /v1/chat/completions`: OpenAI's chat around Ollama's. Source: Ollama 0.33 (openai/openai.go), seen running."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from aiohttp import web

from arriero.engine.api.dialect import Dialect, Turn
from arriero.engine.api.error_forms import openai_error
from arriero.engine.api.go_decode import ANY, BOOL, FLOAT, INT, STRING, slice_of, struct
from arriero.engine.api.openai_messages import MESSAGE, ollama_messages
from arriero.engine.api.openai_options import output_format, sampling, stops, think
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json, Service
from arriero.engine.api.sse import DONE, event
from arriero.engine.api.tool_calls import arguments_text

STREAM_OPTIONS = struct("openai.StreamOptions", include_usage=BOOL)
REQUEST = struct(
    "openai.ChatCompletionRequest",
    model=STRING,
    messages=slice_of(MESSAGE),
    stream=BOOL,
    stream_options=STREAM_OPTIONS,
    max_tokens=INT,
    seed=INT,
    stop=ANY,
    temperature=FLOAT,
    frequency_penalty=FLOAT,
    presence_penalty=FLOAT,
    top_p=FLOAT,
    response_format=struct("openai.ResponseFormat", type=STRING, json_schema=struct("openai.JsonSchema", schema=ANY)),
    tools=slice_of(ANY, "[]api.Tool"),
    reasoning=struct("openai.Reasoning", effort=STRING),
    reasoning_effort=STRING,
    logprobs=BOOL,
    top_logprobs=INT,
    _debug_render_only=BOOL,
)


def turn(request: Json) -> Turn:
    """Raises Refusal(400) for what Ollama's own layer refuses before it asks the model."""
    if not request.get("messages"):
        raise Refusal(400, "[] is too short - 'messages'")
    head = Head(f"chatcmpl-{secrets.randbelow(999)}", int(time.time()))
    streams = bool(request.get("stream"))
    usage = bool((request.get("stream_options") or {}).get("include_usage"))
    return Turn(ollama_body(request), head.completion, ChatStream(head, usage) if streams else None)


def ollama_body(request: Json) -> Json:
    """The body for `/api/chat`."""
    reasoning = request.get("reasoning")
    effort = request.get("reasoning_effort") if reasoning is None else reasoning.get("effort")
    body: Json = {
        "model": request.get("model") or "",
        "messages": ollama_messages(request["messages"]),
        "options": sampling(request) | stops(request, strict=False),
        "stream": bool(request.get("stream")),
        **output_format(request.get("response_format")),
        **think(effort),
    }
    same = ("tools", "logprobs", "top_logprobs", "_debug_render_only")
    return body | {key: request[key] for key in same if request.get(key)}


def usage_of(answer: Json) -> Json:
    """Ollama leaves counts of zero out."""
    prompt, completion = answer.get("prompt_eval_count", 0), answer.get("eval_count", 0)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def calls_of(message: Json) -> list[Json]:
    """Ollama's calls as OpenAI writes them, arguments as JSON inside a string."""
    return [
        {
            "id": call["id"],
            "index": call["function"].get("index", 0),
            "type": "function",
            "function": {"name": call["function"]["name"], "arguments": arguments_text(call)},
        }
        for call in message.get("tool_calls", ())
    ]


@dataclass(frozen=True)
class Head:
    """What every object of one answer repeats. `created_at_s`: Unix seconds."""

    id: str
    created_at_s: int

    def completion(self, answer: Json) -> Json:
        """The one object of an answer that is not streamed; `answer` is Ollama's, joined."""
        told = self._told("chat.completion", answer, _choice("message", _message(answer), _finish(answer), answer))
        told["usage"] = usage_of(answer)
        return told | ({"_debug_info": answer["_debug_info"]} if "_debug_info" in answer else {})

    def chunk(self, answer: Json, delta: Json, finish: str | None, logprobs: Json) -> Json:
        return self._told("chat.completion.chunk", answer, _choice("delta", delta, finish, logprobs))

    def usage_chunk(self, answer: Json) -> Json:
        return self._told("chat.completion.chunk", answer) | {"usage": usage_of(answer)}

    def _told(self, kind: str, answer: Json, *choices: Json) -> Json:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created_at_s,
            "model": answer["model"],
            "system_fingerprint": "fp_ollama",
            "choices": list(choices),
        }


@dataclass
class ChatStream:
    """Chunks of one streamed answer: role first, then deltas, an empty delta with the reason, the usage if wanted."""

    head: Head
    include_usage: bool
    _begun: bool = False
    _called: bool = False

    def events(self, chunk: Json) -> list[bytes]:
        told = [event(self.head.chunk(chunk, delta, None, logprobs)) for delta, logprobs in self._deltas(chunk)]
        if not chunk.get("done"):
            return told
        finish = "tool_calls" if self._called else chunk.get("done_reason")
        told.append(event(self.head.chunk(chunk, {}, finish, {})))
        if self.include_usage:
            told.append(event(self.head.usage_chunk(chunk)))
        return [*told, DONE]

    def failure(self, message: str) -> list[bytes]:
        return [event(openai_error(500, message))]

    def _deltas(self, chunk: Json) -> list[tuple[Json, Json]]:
        """Each delta with the chunk it takes its logprobs from: thinking and the rest never share a delta."""
        message = chunk["message"]
        thinking, rest = _reasoning(message), _content(message)
        deltas = [{"content": "", **thinking}] if thinking else []
        says = rest["content"] or "tool_calls" in rest
        if says or not (deltas or (self._begun and chunk.get("done") and not chunk.get("logprobs"))):
            deltas.append(rest)
        if deltas and not self._begun:
            self._begun = True
            deltas[0] = {"role": "assistant", **deltas[0]}
        self._called |= "tool_calls" in rest
        return [(delta, {} if place else chunk) for place, delta in enumerate(deltas)]


def _choice(part: str, told: Json, finish: str | None, answer: Json) -> Json:
    choice: Json = {"index": 0, part: told, "finish_reason": finish}
    if answer.get("logprobs"):
        choice["logprobs"] = {"content": answer["logprobs"]}
    return choice


def _message(answer: Json) -> Json:
    message = answer["message"]
    return {"role": message["role"], **_content(message), **_reasoning(message)}


def _content(message: Json) -> Json:
    calls = calls_of(message)
    return {"content": message.get("content", "")} | ({"tool_calls": calls} if calls else {})


def _reasoning(message: Json) -> Json:
    return {"reasoning": message["thinking"]} if message.get("thinking") else {}


def _finish(answer: Json) -> str | None:
    return "tool_calls" if answer["message"].get("tool_calls") else answer.get("done_reason")


def routes(service: Service) -> list[web.RouteDef]:
    dialect = Dialect(openai_error, REQUEST, turn, service.chat)
    return [web.post("/v1/chat/completions", dialect.serve)]
