"""Ollama's request types, field by field, and the values of theirs that have a reading of their own.

Source: Ollama 0.33 api/types.go. `decode` of `go_decode` checks against these and words the refusals.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from arriero.core.ids import Reference
from arriero.engine.api.go_decode import ANY, BOOL, INT, MAP, STRING, GoType, check, decode, go_kind, slice_of, struct
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json
from arriero.engine.go_duration import keep_alive_s, parse_duration
from arriero.engine.prompt import Message, Thinking, Tool, ToolCall, ToolInvalid

MESSAGE = struct(
    "api.Message",
    role=STRING,
    content=STRING,
    thinking=STRING,
    images=slice_of(STRING, "[]api.ImageData"),
    tool_calls=slice_of(
        struct(
            "api.ToolCall",
            id=STRING,
            function=struct("api.ToolCallFunction", index=INT, name=STRING, arguments=MAP),
        )
    ),
    tool_name=STRING,
    tool_call_id=STRING,
)
_MODEL = {"model": STRING, "keep_alive": ANY, "options": MAP}
_ANSWER: dict[str, GoType] = {
    **_MODEL,
    "stream": BOOL,
    "format": ANY,
    "think": ANY,
    "truncate": BOOL,
    "shift": BOOL,
    "logprobs": BOOL,
    "top_logprobs": INT,
    "_debug_render_only": BOOL,
}
GENERATE = struct(
    "api.GenerateRequest",
    **_ANSWER,
    prompt=STRING,
    suffix=STRING,
    system=STRING,
    template=STRING,
    context=slice_of(INT),
    raw=BOOL,
    images=slice_of(STRING, "[]api.ImageData"),
)
CHAT = struct("api.ChatRequest", **_ANSWER, messages=slice_of(MESSAGE), tools=slice_of(ANY, "api.Tools"))
EMBED = struct("api.EmbedRequest", **_MODEL, input=ANY, truncate=BOOL, dimensions=INT)
EMBEDDING = struct("api.EmbeddingRequest", **_MODEL, prompt=STRING)
SHOW = struct("api.ShowRequest", model=STRING, name=STRING, system=STRING, verbose=BOOL, options=MAP)
COPY = struct("api.CopyRequest", source=STRING, destination=STRING)
DELETE = struct("api.DeleteRequest", model=STRING, name=STRING)
PULL = struct("api.PullRequest", model=STRING, name=STRING, insecure=BOOL, stream=BOOL)
PUSH = struct("api.PushRequest", model=STRING, name=STRING, insecure=BOOL, stream=BOOL)
CREATE = struct(
    "api.CreateRequest",
    model=STRING,
    name=STRING,
    stream=BOOL,
    quantize=STRING,
    files=MAP,
    adapters=MAP,
    template=STRING,
    license=ANY,
    system=STRING,
    parameters=MAP,
    messages=slice_of(MESSAGE),
    renderer=STRING,
    parser=STRING,
    requires=STRING,
    **{"from": STRING},
)


def read(raw: bytes, shape: GoType) -> Json:
    """A body of Ollama's own API. Raises Refusal(400)."""
    if not raw.strip():
        raise Refusal(400, "missing request body")
    return decode(raw, shape)


def recheck(body: Json, shape: GoType) -> Json:
    """A body that a dialect made. Raises Refusal(400)."""
    return check(body, shape)


def reference_of(text: str | None, refusal: str) -> Reference:
    """A model's name. Raises Refusal(400) with the text that Ollama has for it there."""
    try:
        return Reference.parse(text or "")
    except ValueError:
        raise Refusal(400, refusal) from None


def keep_alive_of(body: Json) -> float | None:
    """Seconds, None when nothing was said. Raises Refusal(400)."""
    given = body.get("keep_alive")
    if given is None:
        return None
    if isinstance(given, str):
        try:
            return keep_alive_s(parse_duration(given))
        except ValueError as error:
            raise Refusal(400, str(error)) from error
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Refusal(400, f"Unsupported type: '{go_kind(given)}'")
    return keep_alive_s(float(given))


def thinking_of(body: Json) -> Thinking:
    """Raises Refusal(400)."""
    given = body.get("think")
    if given is None:
        return Thinking()
    if isinstance(given, bool):
        return Thinking(given, "medium" if given else "", True)
    if isinstance(given, str) and given in ("low", "medium", "high", "max"):
        return Thinking(True, given, True)
    if isinstance(given, str):
        shown = json.dumps(given, ensure_ascii=False)
        raise Refusal(400, f'invalid think value: {shown} (must be "high", "medium", "low", "max", true, or false)')
    raise Refusal(400, 'think must be a boolean or string ("high", "medium", "low", "max", true, or false)')


def top_logprobs_of(body: Json) -> int | None:
    """None when no logprobs are asked for. Raises Refusal(400)."""
    wanted = body.get("top_logprobs") or 0
    if not 0 <= wanted <= 20:
        raise Refusal(400, "top_logprobs must be between 0 and 20")
    return wanted if body.get("logprobs") else None


def truth_of(body: Json, name: str, default: bool) -> bool:
    given = body.get(name)
    return default if given is None else bool(given)


def messages_of(body: Json) -> list[Message]:
    """Raises Refusal(400)."""
    return [_message(each) for each in body.get("messages") or ()]


def tools_of(body: Json) -> list[Tool]:
    """Raises Refusal(400)."""
    try:
        return [Tool.parse(raw) for raw in body.get("tools") or ()]
    except ToolInvalid as error:
        where = f"ChatRequest.tools.{error.field}"
        raise Refusal(
            400, f"json: cannot unmarshal {error.found} into Go struct field {where} of type {error.wanted}"
        ) from error


def images_of(body: Json) -> tuple[bytes, ...]:
    """Raises Refusal(400)."""
    return tuple(_image(text) for text in body.get("images") or ())


def _message(raw: Json) -> Message:
    def text(name: str) -> str:
        return raw.get(name) or ""

    calls = tuple(_call(each) for each in raw.get("tool_calls") or ())
    return Message(
        role=text("role").lower(),
        content=text("content"),
        thinking=text("thinking"),
        images=images_of(raw),
        tool_calls=calls,
        tool_name=text("tool_name"),
        tool_call_id=text("tool_call_id"),
    )


def _call(raw: Json) -> ToolCall:
    function: dict[str, Any] = raw.get("function") or {}
    return ToolCall(
        name=function.get("name") or "",
        arguments=function.get("arguments") or {},
        id=raw.get("id") or "",
        index=function.get("index") or 0,
    )


def _image(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(400, "illegal base64 data at input byte 0") from error
