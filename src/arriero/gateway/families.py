"""The families of APIs that pass through, path by path: how each words an error in the midst of its answer.

A stream of server-sent events may carry comments, which clients skip (WHATWG, server-sent events, section 9.2.6); the
lines of Ollama's streams may not: there a client that waits hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from arriero.engine.api.error_forms import anthropic_error, openai_error
from arriero.engine.api.sse import compact, event
from arriero.gateway.fim import FimAnswer


@dataclass(frozen=True)
class Family:
    """`events`: streams are server-sent events. `streams`: what a body means that does not say `stream`.
    `broken`: what ends a stream that cannot go on.
    """

    events: bool
    streams: bool
    broken: Callable[[str], bytes]


@dataclass(frozen=True)
class Route:
    """One endpoint that answers with a model. `to`: its path at the slot's server, where that is another one, and then
    `told_anew` says how that answer is told here."""

    path: str
    family: Family
    to: str = ""
    told_anew: type[FimAnswer] | None = None

    @property
    def upstream(self) -> str:
        return self.to or self.path


def _line(message: str) -> bytes:
    return compact({"error": message}) + b"\n"


def _data(message: str) -> bytes:
    return event(openai_error(500, message))


def _message(message: str) -> bytes:
    return event({"type": "error", "error": anthropic_error(500, message)["error"]}, "error")


def _response(message: str) -> bytes:
    told = {"type": "error", "code": "server_error", "message": message, "param": None, "sequence_number": 0}
    return event(told, "error")


OLLAMA = Family(events=False, streams=True, broken=_line)
OPENAI = Family(events=True, streams=False, broken=_data)
ANTHROPIC = Family(events=True, streams=False, broken=_message)
RESPONSES = Family(events=True, streams=False, broken=_response)
SINGLE = Family(events=False, streams=False, broken=_line)
"""Endpoints that never stream."""

ROUTES = (
    Route("/api/generate", OLLAMA),
    Route("/api/chat", OLLAMA),
    Route("/api/embed", SINGLE),
    Route("/api/embeddings", SINGLE),
    Route("/v1/chat/completions", OPENAI),
    Route("/v1/completions", OPENAI),
    Route("/v1/embeddings", SINGLE),
    Route("/v1/fim/completions", OPENAI, "/v1/completions", FimAnswer),
    Route("/v1/messages", ANTHROPIC),
    Route("/v1/responses", RESPONSES),
)
