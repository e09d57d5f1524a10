"""OpenAI's chat messages as Ollama's. Pure; restates `FromChatRequest` of Ollama's openai/openai.go.

A content array becomes one message per part, which Ollama joins again with a blank line when it builds the prompt.
"""

from __future__ import annotations

from arriero.engine.api.go_decode import ANY, INT, STRING, go_kind, slice_of, struct
from arriero.engine.api.images import image_of_url
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json
from arriero.engine.api.tool_calls import arguments_of

TOOL_CALL = struct(
    "openai.ToolCall",
    id=STRING,
    index=INT,
    type=STRING,
    function=struct("openai.ToolCallFunction", name=STRING, arguments=STRING),
)
MESSAGE = struct(
    "openai.Message",
    role=STRING,
    content=ANY,
    reasoning=STRING,
    tool_calls=slice_of(TOOL_CALL),
    name=STRING,
    tool_call_id=STRING,
)


def ollama_messages(messages: list[Json]) -> list[Json]:
    """Raises Refusal(400) with Ollama's text for content that it does not take."""
    return [told for message in messages for told in _translated(message, messages)]


def _translated(message: Json, messages: list[Json]) -> list[Json]:
    content = message.get("content")
    if isinstance(content, list):
        return _of_parts(message, content)
    if isinstance(content, str):
        extra = _tool_result(message, messages)
    elif message.get("tool_calls") is not None:
        content, extra = "", _call_id(message)
    else:
        raise Refusal(400, f"invalid message content type: {go_kind(content)}")
    return [{"role": message.get("role") or "", "content": content, **_reply(message), **extra}]


def _of_parts(message: Json, parts: list[object]) -> list[Json]:
    role = message.get("role") or ""
    told = [{"role": role, **_part(part)} for part in parts]
    if message.get("tool_calls"):  # they belong to the turn, so to its last message
        told = told or [{"role": role, "content": ""}]
        told[-1] |= _reply(message) | _call_id(message)
    return told


def _part(part: object) -> Json:
    if isinstance(part, dict):
        text, image = part.get("text"), part.get("image_url")
        url = image.get("url") if isinstance(image, dict) else image
        if part.get("type") == "text" and isinstance(text, str):
            return {"content": text}
        if part.get("type") == "image_url" and isinstance(url, str):
            return {"content": "", "images": [image_of_url(url)]}
    raise Refusal(400, "invalid message format")


def _reply(message: Json) -> Json:
    """What only an assistant's message has: what it thought and what it called."""
    told: Json = {}
    if message.get("reasoning"):
        told["thinking"] = message["reasoning"]
    if message.get("tool_calls"):
        told["tool_calls"] = [_call(call) for call in message["tool_calls"]]
    return told


def _call(call: Json) -> Json:
    function = call.get("function") or {}
    try:
        arguments = arguments_of(function.get("arguments") or "")
    except ValueError:
        raise Refusal(400, "invalid tool call arguments") from None
    return {"id": call.get("id") or "", "function": {"name": function.get("name") or "", "arguments": arguments}}


def _call_id(message: Json) -> Json:
    return {"tool_call_id": message["tool_call_id"]} if message.get("tool_call_id") else {}


def _tool_result(message: Json, messages: list[Json]) -> Json:
    """A tool's message names its tool; where the client gives only the call's id, the last call of that id tells it."""
    told = _call_id(message)
    if (message.get("role") or "").lower() == "tool":
        name = message.get("name") or _name_of_call(message.get("tool_call_id"), messages)
        if name:
            told["tool_name"] = name
    return told


def _name_of_call(call_id: str | None, messages: list[Json]) -> str:
    for message in reversed(messages):
        for call in message.get("tool_calls") or ():
            if call_id and call.get("id") == call_id:
                return str((call.get("function") or {}).get("name") or "")
    return ""
