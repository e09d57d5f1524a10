"""Requests as JSON has them, turned into what the prompt room takes; and what the routes around it do with them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from arriero.engine.prompt import (
    Message,
    Template,
    TemplateFailed,
    Thinking,
    Tool,
    ToolCall,
    no_thinking_text,
    refuse_unsupported,
    unsupported_text,
)

GOLDEN = Path(__file__).parents[2] / "golden"
MODEL = "render:one"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text())


def message(raw: dict[str, Any]) -> Message:
    return Message(
        role=raw["role"],
        content=raw.get("content", ""),
        thinking=raw.get("thinking", ""),
        images=tuple(base64.b64decode(image) for image in raw.get("images", [])),
        tool_calls=tuple(_call(call) for call in raw.get("tool_calls", [])),
        tool_name=raw.get("tool_name", ""),
        tool_call_id=raw.get("tool_call_id", ""),
    )


def _call(raw: dict[str, Any]) -> ToolCall:
    function = raw["function"]
    return ToolCall(function["name"], function["arguments"], raw.get("id", ""), function.get("index", 0))


def answer(template: Template, model_system: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """What a request with `_debug_render_only` is answered: {"rendered"}, or {"status", "error"}."""
    refused = _refused(template, request)
    if refused:
        return {"status": 400, "error": refused}
    try:
        return {"rendered": _prompt(template, model_system, request)}
    except TemplateFailed as error:
        return {"status": 500, "error": error.detail}


def _refused(template: Template, request: dict[str, Any]) -> str | None:
    wanted = [name for name, key in (("tools", "tools"), ("insert", "suffix")) if request.get(key)]
    missing = refuse_unsupported(template.capabilities(), wanted)
    if missing:
        return unsupported_text(f"registry.ollama.ai/library/{MODEL}", missing)
    if request.get("think") and refuse_unsupported(template.capabilities(), ["thinking"]):
        return no_thinking_text(MODEL)
    return None


def _prompt(template: Template, model_system: str | None, request: dict[str, Any]) -> str:
    think = request.get("think")
    thinking = Thinking(bool(think), "medium" if think is True else think or "", think is not None)
    if request.get("suffix"):
        return template.render_fill(request["prompt"], request["suffix"], thinking)
    tools = [Tool.parse(tool) for tool in request.get("tools", [])]
    # `context` are tokens of an earlier answer: here those of three special tokens, as the model spells them
    before = "<|im_start|><|im_end|><repo_name>" if request.get("context") == [1, 2, 3] else ""
    return before + template.render_chat(_messages(model_system, request), tools, thinking)


def _messages(model_system: str | None, request: dict[str, Any]) -> list[Message]:
    if "messages" in request:
        messages = [message(raw) for raw in request["messages"]]
    else:
        told = [Message("system", request["system"])] if request.get("system") else []
        messages = [*told, Message("user", request["prompt"])]
    if model_system and messages[0].role != "system":
        return [Message("system", model_system), *messages]
    return messages
