"""The `response` object of OpenAI's Responses API and its output items. Pure; field by field as Ollama 0.33 tells them.

What the request set is echoed; what Ollama does not support has its fixed value. A generation that ran into its limit
is `completed` all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from arriero.engine.api.service import Json
from arriero.engine.api.tool_calls import arguments_text


@dataclass(frozen=True)
class Head:
    """One response's identity and its request. `created_at_s`: Unix seconds."""

    id: str
    created_at_s: int
    request: Json

    def response(self, status: str, model: str, output: list[Json]) -> Json:
        request = self.request
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created_at_s,
            "completed_at": None,
            "status": status,
            "incomplete_details": None,
            "model": model,
            "previous_response_id": None,
            "instructions": request.get("instructions") or None,
            "output": output,
            "error": None,
            "tools": [_tool(tool) for tool in request.get("tools") or ()],
            "tool_choice": "auto",
            "truncation": request.get("truncation") or "disabled",
            "parallel_tool_calls": True,
            "text": {"format": _text_format(request)},
            "top_p": _or_one(request.get("top_p")),
            "presence_penalty": 0,
            "frequency_penalty": 0,
            "top_logprobs": 0,
            "temperature": _or_one(request.get("temperature")),
            "reasoning": None,
            "usage": None,
            "max_output_tokens": request.get("max_output_tokens"),
            "max_tool_calls": None,
            "store": False,
            "background": bool(request.get("background")),
            "service_tier": "default",
            "metadata": {},
            "safety_identifier": None,
            "prompt_cache_key": None,
        }

    def reasoning(self) -> Json:
        """What the request set of `reasoning`, without what it left out."""
        given = self.request.get("reasoning") or {}
        return {key: given[key] for key in ("effort", "summary") if given.get(key)}


def usage(answer: Json) -> Json:
    """Ollama leaves counts of zero out; it tells neither cached nor reasoning tokens apart."""
    read, written = answer.get("prompt_eval_count", 0), answer.get("eval_count", 0)
    return {
        "input_tokens": read,
        "output_tokens": written,
        "total_tokens": read + written,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }


def text_part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def message_item(item_id: str, status: str, content: list[Json]) -> Json:
    return {"id": item_id, "type": "message", "status": status, "role": "assistant", "content": content}


def reasoning_item(item_id: str, text: str) -> Json:
    """The thinking stands in `encrypted_content` too, in the clear: a client hands that back with the next request."""
    summary = [{"type": "summary_text", "text": text}]
    return {"id": item_id, "type": "reasoning", "summary": summary, "encrypted_content": text}


def call_item(item_id: str, call: Json) -> Json:
    """`call` is one of Ollama's."""
    return {
        "id": item_id,
        "type": "function_call",
        "status": "completed",
        "call_id": call["id"],
        "name": call["function"]["name"],
        "arguments": arguments_text(call),
    }


def _tool(tool: Json) -> Json:
    return {
        "type": tool.get("type") or "",
        "name": tool.get("name") or "",
        **{key: tool.get(key) for key in ("description", "strict", "parameters")},
    }


def _text_format(request: Json) -> Json:
    given = (request.get("text") or {}).get("format")
    if given is None:
        return {"type": "text"}
    told = {key: given[key] for key in ("name", "schema", "strict") if given.get(key) not in (None, "")}
    return {"type": given.get("type") or "", **told}


def _or_one(value: float | None) -> float:
    return 1 if value is None else value
