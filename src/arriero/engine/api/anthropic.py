"""`POST /v1/messages`: Anthropic's Messages API around `/api/chat`. Source: Ollama 0.33 (anthropic/anthropic.go).

Sampling that the client leaves out stays the model's own, unlike OpenAI's chat. `tool_choice` and `metadata` say
nothing. `budget_tokens` says nothing either: thinking is on or off.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable

from aiohttp import web

from arriero.engine.api.anthropic_events import MessageStream, whole_message
from arriero.engine.api.anthropic_messages import CONTENT, MESSAGE, TOOL, estimated_tokens, ollama_messages
from arriero.engine.api.dialect import Dialect, Turn
from arriero.engine.api.error_forms import anthropic_error
from arriero.engine.api.go_decode import BOOL, FLOAT, INT, STRING, slice_of, struct
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Answer, Json, Service

REQUEST = struct(
    "anthropic.MessagesRequest",
    model=STRING,
    max_tokens=INT,
    messages=slice_of(MESSAGE),
    system=CONTENT,
    stream=BOOL,
    temperature=FLOAT,
    top_p=FLOAT,
    top_k=INT,
    stop_sequences=slice_of(STRING),
    tools=slice_of(TOOL),
    thinking=struct("anthropic.ThinkingConfig", type=STRING, budget_tokens=INT),
    output_config=struct("anthropic.OutputConfig", effort=STRING),
)


def turn(request: Json) -> Turn:
    """Raises Refusal(400) for what Ollama's own layer refuses before it asks the model."""
    if not request.get("model"):
        raise Refusal(400, "model is required")
    if (request.get("max_tokens") or 0) <= 0:
        raise Refusal(400, "max_tokens is required and must be positive")
    if not request.get("messages"):
        raise Refusal(400, "messages is required")
    message_id = f"msg_{secrets.token_hex(12)}"
    stream = MessageStream(message_id, estimated_tokens(request)) if request.get("stream") else None
    return Turn(ollama_body(request), lambda answer: whole_message(message_id, answer), stream)


def ollama_body(request: Json) -> Json:
    """The body for `/api/chat`."""
    options = {"num_predict": request["max_tokens"]}
    for theirs, ours in (("temperature",) * 2, ("top_p",) * 2, ("top_k",) * 2, ("stop_sequences", "stop")):
        if request.get(theirs) not in (None, []):
            options[ours] = request[theirs]
    body: Json = {
        "model": request["model"],
        "messages": ollama_messages(request),
        "options": options,
        "stream": bool(request.get("stream")),
        **_think(request),
    }
    return body | ({"tools": [_tool(tool) for tool in request["tools"]]} if request.get("tools") else {})


def _think(request: Json) -> Json:
    """`thinking` decides where it says enabled or disabled, else the effort does, else the model's own way stays."""
    switch = (request.get("thinking") or {}).get("type")
    if switch in ("enabled", "disabled"):
        return {"think": switch == "enabled"}
    effort = ((request.get("output_config") or {}).get("effort") or "").strip().lower()
    effort = "high" if effort == "xhigh" else effort
    return {"think": effort} if effort in ("low", "medium", "high", "max") else {}


def _tool(tool: Json) -> Json:
    if (tool.get("type") or "").startswith("web_search"):
        raise Refusal(400, "web search is not available on this server")
    function = {"name": tool.get("name") or "", "description": tool.get("description") or ""}
    return {"type": "function", "function": function | {"parameters": tool.get("input_schema") or {}}}


def routes(service: Service) -> list[web.RouteDef]:
    def ask(body: Json) -> Awaitable[Answer]:
        return service.chat(body, relax_thinking=True)

    return [web.post("/v1/messages", Dialect(anthropic_error, REQUEST, turn, ask).serve)]
