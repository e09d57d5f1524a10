"""`POST /v1/responses`: the stateless part of OpenAI's Responses API around `/api/chat`.

Facts of Ollama 0.33: temperature 1 unless given, `top_p` the model's own; `previous_response_id`, `tool_choice`,
`include` and `store` say nothing. Bodies in zstd are read by the HTTP layer where Python has the codec (3.14, or the
backports.zstd package) and get its 400 elsewhere.
"""

from __future__ import annotations

import secrets
import time

from aiohttp import web

from arriero.engine.api.dialect import Dialect, Turn
from arriero.engine.api.error_forms import openai_error
from arriero.engine.api.go_decode import ANY, BOOL, FLOAT, INT, MAP, STRING, slice_of, struct
from arriero.engine.api.openai_options import think
from arriero.engine.api.responses_events import ResponseStream
from arriero.engine.api.responses_input import INPUT, ollama_messages
from arriero.engine.api.responses_object import Head, call_item, message_item, reasoning_item, text_part, usage
from arriero.engine.api.service import Json, Service

REQUEST = struct(
    "openai.ResponsesRequest",
    model=STRING,
    background=BOOL,
    input=INPUT,
    instructions=STRING,
    max_output_tokens=INT,
    reasoning=struct("openai.ResponsesReasoning", effort=STRING, summary=STRING),
    temperature=FLOAT,
    text=struct(
        "openai.ResponsesText",
        format=struct("openai.ResponsesTextFormat", type=STRING, name=STRING, schema=ANY, strict=BOOL),
    ),
    top_p=FLOAT,
    truncation=STRING,
    tools=slice_of(
        struct("openai.ResponsesTool", type=STRING, name=STRING, description=STRING, strict=BOOL, parameters=MAP)
    ),
    stream=BOOL,
)


def turn(request: Json) -> Turn:
    """Raises Refusal(400) for input, effort and content that Ollama refuses before it asks the model."""
    head = Head(f"resp_{secrets.randbelow(999999)}", int(time.time()), request)
    stream = ResponseStream(head) if request.get("stream") else None
    return Turn(ollama_body(request), lambda answer: whole_response(head, answer), stream)


def ollama_body(request: Json) -> Json:
    """The body for `/api/chat`."""
    options = {"temperature": 1.0}
    for theirs, ours in (("temperature", "temperature"), ("top_p", "top_p"), ("max_output_tokens", "num_predict")):
        if request.get(theirs) is not None:
            options[ours] = request[theirs]
    body: Json = {
        "model": request.get("model") or "",
        "messages": ollama_messages(request),
        "options": options,
        "stream": bool(request.get("stream")),
        **think((request.get("reasoning") or {}).get("effort")),
    }
    form = (request.get("text") or {}).get("format") or {}
    if form.get("type") == "json_schema" and form.get("schema") is not None:
        body["format"] = form["schema"]
    return body | ({"tools": [_tool(tool) for tool in request["tools"]]} if request.get("tools") else {})


def whole_response(head: Head, answer: Json) -> Json:
    """`answer` is `/api/chat`'s, joined."""
    message = answer["message"]
    output = [reasoning_item(f"rs_{head.id}", message["thinking"])] if message.get("thinking") else []
    calls = message.get("tool_calls", ())
    if message.get("content") or not calls:
        item_id = f"msg_{secrets.randbelow(999999)}"
        output.append(message_item(item_id, "completed", [text_part(message.get("content", ""))]))
    output += [call_item(f"fc_{head.id}_{index}", call) for index, call in enumerate(calls)]
    told = head.response("completed", answer["model"], output)
    return told | {"completed_at": int(time.time()), "reasoning": head.reasoning() or None, "usage": usage(answer)}


def _tool(tool: Json) -> Json:
    function = {"name": tool.get("name") or "", "description": tool.get("description") or ""}
    return {"type": tool.get("type") or "", "function": function | {"parameters": tool.get("parameters") or {}}}


def routes(service: Service) -> list[web.RouteDef]:
    return [web.post("/v1/responses", Dialect(openai_error, REQUEST, turn, service.chat).serve)]
