"""A server that can be asked: where it is, which API it speaks, which model, and one timed answer after another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from arriero.measure.dialect import Dialect, OllamaDialect, OpenaiDialect, Piece, Question
from arriero.measure.errors import ModelUnnamed, ServerSilent
from arriero.measure.wire import PATIENT, Address, Broken, Limits, timed


@dataclass(frozen=True)
class Answer:
    """`first_s` and `last_s`: when the first and the last piece of text came; `whole_s`: when the answer was over.

    All from sending the question. `pieces`: how many lines had text; each holds a token, or a few. Counts are the
    server's own, None where it tells none.
    """

    first_s: float
    last_s: float
    whole_s: float
    pieces: int
    text: str
    prompt_tokens: int | None
    tokens: int | None


@dataclass(frozen=True)
class Server:
    """`can_fill`: whether it says of the model that it can fill in the middle. `context`: as it tells, for one
    question. `url`: as the user gave it.
    """

    url: str
    address: Address
    dialect: Dialect
    model: str
    version: str = ""
    context: int | None = None
    can_fill: bool = False
    limits: Limits = PATIENT

    async def ask(self, question: Question) -> Answer:
        """Raises Broken, also for an error in the server's own words and for an answer without a word."""
        return await self._post(self.dialect.path(question), self.dialect.body(self.model, question))

    async def generate(self, body: dict[str, object]) -> Answer:
        """Ollama's /api/generate, which only servers of that dialect have. Raises as `ask`."""
        return await self._post("/api/generate", body)

    async def _post(self, path: str, body: dict[str, object]) -> Answer:
        seen = await timed(self.address, path, body, self.limits)
        if seen.status != 200:
            raise Broken(_reason(seen.status, seen.body))
        return answer_of(self.dialect, seen.lines)


def answer_of(dialect: Dialect, lines: tuple[tuple[float, bytes], ...]) -> Answer:
    """Raises Broken."""
    said: list[tuple[float, str]] = []
    prompt = tokens = None
    over_s = None
    for at_s, line in lines:
        piece = _piece(dialect, line)
        if piece.text:
            said.append((at_s, piece.text))
        prompt = piece.prompt_tokens if piece.prompt_tokens is not None else prompt
        tokens = piece.tokens if piece.tokens is not None else tokens
        over_s = at_s if piece.over and over_s is None else over_s
    if over_s is None:
        raise Broken("the answer ended before it was complete")
    if not said:
        raise Broken("an answer without a word")
    text = "".join(words for _, words in said)
    return Answer(said[0][0], said[-1][0], over_s, len(said), text, prompt, tokens)


def _piece(dialect: Dialect, line: bytes) -> Piece:
    try:
        piece = dialect.read(line)
    except ValueError as fault:
        raise Broken(f"not of this API: {line[:60]!r}") from fault
    if piece.error:
        raise Broken(piece.error)
    return piece


async def find_server(url: str, model: str | None, key: str = "", limits: Limits | None = None) -> Server:
    """Asks what it speaks: OpenAI's API where `url` ends in /v1, else Ollama's where it has that, else OpenAI's.

    Raises UrlInvalid, ServerSilent, ModelUnnamed.
    """
    limits = limits or PATIENT
    wants_openai = url.rstrip("/").endswith("/v1")
    address = Address.parse(url.rstrip("/").removesuffix("/v1"), key)
    try:
        version = {} if wants_openai else await _get(address, "/api/version", limits)
        if "version" in version:
            return await _ollama(url, address, str(version["version"]), model, limits)
        listed = await _get(address, "/v1/models", limits)
    except Broken as fault:
        raise ServerSilent(url, fault.detail) from fault
    names = tuple(str(m["id"]) for m in listed.get("data") or () if isinstance(m, dict) and "id" in m)
    if not names and "data" not in listed:
        raise ServerSilent(url, "neither /api/version nor /v1/models")
    return Server(url, address, OpenaiDialect(), _only(url, names, model), limits=limits)


async def _ollama(url: str, address: Address, version: str, model: str | None, limits: Limits) -> Server:
    loaded = _models(await _get(address, "/api/ps", limits))
    running = {str(m.get("name")): m.get("context_length") for m in loaded}
    names = tuple(running) or tuple(str(m.get("name")) for m in _models(await _get(address, "/api/tags", limits)))
    chosen = _only(url, names, model)
    shown = await _post(address, "/api/show", {"model": chosen}, limits)
    context = running.get(chosen)
    return Server(
        url,
        address,
        OllamaDialect(),
        chosen,
        version=version,
        context=context if isinstance(context, int) else None,
        can_fill="insert" in (shown.get("capabilities") or ()),
        limits=limits,
    )


def _only(url: str, names: tuple[str, ...], wanted: str | None) -> str:
    if wanted is None and len(names) != 1:
        raise ModelUnnamed(url, names)
    return wanted or names[0]


async def _get(address: Address, path: str, limits: Limits) -> dict[str, Any]:
    """An empty object for whatever is no 200 with an object. Raises Broken."""
    return await _object(address, path, None, limits)


async def _post(address: Address, path: str, body: dict[str, object], limits: Limits) -> dict[str, Any]:
    return await _object(address, path, body, limits)


async def _object(address: Address, path: str, body: dict[str, object] | None, limits: Limits) -> dict[str, Any]:
    short = Limits(limits.connect_s, min(10.0, limits.first_s), min(10.0, limits.stall_s))
    seen = await timed(address, path, body, short)
    try:
        value = json.loads(seen.body)
    except ValueError:
        return {}
    return value if seen.status == 200 and isinstance(value, dict) else {}


def _models(listed: dict[str, Any]) -> list[dict[str, Any]]:
    return [m for m in listed.get("models") or () if isinstance(m, dict)]


def _reason(status: int, body: bytes) -> str:
    try:
        error = json.loads(body)["error"]
        words = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError):
        words = body[:200].decode(errors="replace")
    return f"HTTP {status}: {words}"
