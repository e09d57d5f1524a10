"""How each API family words an error: Ollama's own, OpenAI's and Anthropic's. Pure; `form_of` picks by path.

Types by status as Ollama 0.33 gives them (openai/openai.go, anthropic/anthropic.go).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from arriero.engine.api.service import Json

ErrorForm = Callable[[int, str], Json]
"""(HTTP status, message) -> the JSON body of the error answer."""

_OPENAI_TYPES = {400: "invalid_request_error", 404: "not_found_error"}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
}


def ollama_error(_status: int, message: str) -> Json:
    return {"error": message}


def openai_error(status: int, message: str) -> Json:
    kind = _OPENAI_TYPES.get(status, "api_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def anthropic_error(status: int, message: str) -> Json:
    kind = _ANTHROPIC_TYPES.get(status, "api_error")
    request_id = f"req_{secrets.token_hex(12)}"
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}


def form_of(path: str) -> ErrorForm:
    """The form that clients of this path read; every other path speaks Ollama's."""
    if path == "/v1/messages" or path.startswith("/v1/messages/"):
        return anthropic_error
    return openai_error if path.startswith("/v1/") else ollama_error
