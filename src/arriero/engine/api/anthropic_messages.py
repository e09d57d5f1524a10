"""Anthropic's content blocks as Ollama's messages, and the estimate of their tokens. Pure.

Restates `FromMessagesRequest` and `estimateTokens` of Ollama's anthropic/anthropic.go.
"""

from __future__ import annotations

from arriero.engine.api.go_decode import MAP, STRING, slice_of, struct, text_or
from arriero.engine.api.images import is_base64
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json
from arriero.engine.api.sse import compact

_INNER = struct("anthropic.ContentBlock", type=STRING, text=STRING, source=MAP)
_BLOCK = struct(
    "anthropic.ContentBlock",
    type=STRING,
    text=STRING,
    source=MAP,
    id=STRING,
    name=STRING,
    input=MAP,
    tool_use_id=STRING,
    content=text_or(slice_of(_INNER)),
    thinking=STRING,
)
CONTENT = text_or(slice_of(_BLOCK))
MESSAGE = struct("anthropic.MessageParam", role=STRING, content=CONTENT)
TOOL = struct("anthropic.Tool", type=STRING, name=STRING, description=STRING, input_schema=MAP)


def ollama_messages(request: Json) -> list[Json]:
    """System first, then every turn. Raises Refusal(400) with Ollama's text for blocks that it does not take."""
    system = _texts(blocks_of(request.get("system")))
    told = [{"role": "system", "content": system}] if system else []
    for message in request["messages"]:
        told += _turn(message)
    return told


def blocks_of(content: str | list[Json] | None) -> list[Json]:
    """Content is a text or a list of blocks; as blocks."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content or []


def estimated_tokens(request: Json) -> int:
    """A quarter of the bytes, at least one: what a stream's first event tells before the prompt has been counted."""
    size = sum(_size(block) for block in blocks_of(request.get("system")))
    for message in request["messages"]:
        size += len((message.get("role") or "").encode()) + sum(_size(b) for b in blocks_of(message.get("content")))
    for tool in request.get("tools") or ():
        schema = tool.get("input_schema")
        size += len((tool.get("name") or "").encode()) + len((tool.get("description") or "").encode())
        size += len(compact(schema)) if schema else 0
    return max(size // 4, 1)


def _turn(message: Json) -> list[Json]:
    """A user's tool results come before what the user says with them; anyone else's come after."""
    role, blocks = (message.get("role") or "").lower(), blocks_of(message.get("content"))
    said: Json = {"content": _texts(blocks)}
    images = [_image(block.get("source"), "invalid image source") for block in _of(blocks, "image")]
    calls = [_call(block) for block in _of(blocks, "tool_use")]
    thoughts = [block.get("thinking") or "" for block in _of(blocks, "thinking")]
    for key, value in (("images", images), ("tool_calls", calls), ("thinking", thoughts[-1] if thoughts else "")):
        if value:
            said[key] = value
    own = [{"role": role, **said}] if any(said.values()) else []
    results = [_result(block) for block in _of(blocks, "tool_result")]
    return results + own if role == "user" else own + results


def _of(blocks: list[Json], kind: str) -> list[Json]:
    return [block for block in blocks if block.get("type") == kind]


def _texts(blocks: list[Json]) -> str:
    return "".join(block.get("text") or "" for block in _of(blocks, "text"))


def _call(block: Json) -> Json:
    for key in ("id", "name"):
        if not block.get(key):
            raise Refusal(400, f"tool_use block missing required '{key}' field")
    return {"id": block["id"], "function": {"name": block["name"], "arguments": block.get("input") or {}}}


def _result(block: Json) -> Json:
    inner = blocks_of(block.get("content"))
    images = [_image(each.get("source"), "invalid tool_result image source") for each in _of(inner, "image")]
    told: Json = {"role": "tool", "content": _texts(inner), "tool_call_id": block.get("tool_use_id") or ""}
    return told | ({"images": images} if images else {})


def _image(source: Json | None, missing: str) -> str:
    if source is None:
        raise Refusal(400, missing)
    if source.get("type") != "base64":
        kind = source.get("type") or ""
        raise Refusal(400, f"invalid image source type: {kind}. Only base64 images are supported.")
    data = source.get("data") or ""
    if not isinstance(data, str) or not is_base64(data):
        raise Refusal(400, "invalid base64 image data")
    return data


def _size(block: Json) -> int:
    size = len((block.get("text") or "").encode()) + len((block.get("thinking") or "").encode())
    return size + (len(compact(block)) if block.get("type") in ("tool_use", "tool_result") else 0)
