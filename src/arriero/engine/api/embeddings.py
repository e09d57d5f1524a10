"""`/api/embed` and the older `/api/embeddings`. Source: Ollama 0.33 server/routes.go."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.engine.api.answers import Stopwatch
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import EMBED, EMBEDDING, keep_alive_of, recheck, truth_of
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.engine.errors import ChildRefused
from arriero.engine.generation import detokenize, tokenize
from arriero.engine.llama.client import ConnectionLost
from arriero.engine.llama.process import Child
from arriero.engine.options import read_options
from arriero.engine.scheduler import Lease
from arriero.engine.served import ServedModel
from arriero.store.errors import ModelNotInstalled

TOO_LONG = "the input length exceeds the context length"
_LIMIT_WORDS = ("too large", "context size", "context length", "physical batch size", "exceeds the available context")
_NORMALIZED = 2  # llama.cpp: the Euclidean length is 1


async def embed(engine: Engine, body: Json) -> Json:
    """See `Service.embed`."""
    watch = Stopwatch()
    recheck(body, EMBED)
    keep_alive_s, texts, asked = keep_alive_of(body), _texts(body.get("input")), body.get("model") or ""
    model = await _model(engine, asked, missing=Refusal(404, f"model '{asked}' not found"), exact_case=False)
    try:
        lease = await _lease(engine, model, body, keep_alive_s, slot=bool(texts))
        try:
            watch.loaded()
            return await _embedded(lease.child, body, texts, watch)
        finally:
            lease.release()
    except ChildRefused as error:
        raise _refused(error) from error
    except ArrieroError as error:
        raise refusal_for(error) from error


async def embeddings(engine: Engine, body: Json) -> Json:
    """The older route: one prompt, one vector; its model's name is matched with its case. Raises Refusal."""
    recheck(body, EMBEDDING)
    keep_alive_s, prompt, asked = keep_alive_of(body), body.get("prompt") or "", body.get("model") or ""
    model = await _model(engine, asked, missing=Refusal(400, "model is required"), exact_case=True)
    try:
        lease = await _lease(engine, model, body, keep_alive_s, slot=bool(prompt))
        try:
            return {"embedding": (await _vector(lease.child, prompt))[0] if prompt else []}
        finally:
            lease.release()
    except ChildRefused as error:
        raise Refusal(500, _refused(error).message) from error
    except ArrieroError as error:
        raise refusal_for(error) from error


async def _model(engine: Engine, asked: str, *, missing: Refusal, exact_case: bool) -> ServedModel:
    try:
        reference = Reference.parse(asked)
    except ValueError:
        raise (Refusal(400, "invalid model name") if asked else missing) from None
    try:
        return await asyncio.to_thread(engine.models.get, reference, exact_case=exact_case)
    except ModelNotInstalled:
        raise Refusal(404, f"model {json.dumps(asked)} not found, try pulling it first") from None
    except ArrieroError as error:
        raise refusal_for(error) from error


async def _lease(
    engine: Engine, model: ServedModel, body: Json, keep_alive_s: float | None, *, slot: bool
) -> Lease[Child]:
    options = read_options(model.params, body.get("options") or {})
    return await engine.lease(model, options, shift=True, keep_alive_s=keep_alive_s, slot=slot)


async def _embedded(child: Child, body: Json, texts: Sequence[str], watch: Stopwatch) -> Json:
    told: Json = {"model": body["model"], "embeddings": []}
    if not texts:
        return told
    tokens, width = 0, body.get("dimensions") or 0
    for text in texts:
        vector, count = await _fitting_vector(child, text, truncate=truth_of(body, "truncate", True))
        told["embeddings"].append(_narrowed(vector, width))
        tokens += count
    metrics = {"total_duration": watch.elapsed_ns(), "load_duration": watch.load_ns, "prompt_eval_count": tokens}
    return told | {name: value for name, value in metrics.items() if value}


async def _fitting_vector(child: Child, text: str, *, truncate: bool) -> tuple[list[float], int]:
    """The vector of a text, cut to the context if it is too long and may be cut."""
    try:
        return await _vector(child, text)
    except ChildRefused as error:
        if not (truncate and _is_too_long(error)):
            raise
        tokens = await tokenize(child, text)
        room = child.spec.context - 2  # for the tokens that a tokenizer puts around a text
        if room <= 0 or len(tokens) <= room:
            raise
        return await _vector(child, await detokenize(child, tokens[:room]))


async def _vector(child: Child, text: str) -> tuple[list[float], int]:
    """Raises ChildRefused, ChildTerminated."""
    try:
        answer = await child.client.post("/v1/embeddings", {"input": text, "embd_normalize": _NORMALIZED})
    except ConnectionLost as error:
        raise await child.terminated() from error
    return answer["data"][0]["embedding"], answer["usage"]["prompt_tokens"]


def _narrowed(vector: list[float], width: int) -> list[float]:
    """Its first `width` numbers, of length 1 again."""
    if not 0 < width < len(vector):
        return vector
    length = max(math.sqrt(sum(x * x for x in vector[:width])), 1e-12)
    return [x / length for x in vector[:width]]


def _texts(given: object) -> list[str]:
    if given is None or given == "":
        return []
    if isinstance(given, str):
        return [given]
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return given
    raise Refusal(400, "invalid input type")


def _refused(error: ChildRefused) -> Refusal:
    """llama.cpp's message alone, as Ollama's embedding routes tell it."""
    if _is_too_long(error):
        return Refusal(400, TOO_LONG)
    try:
        return Refusal(error.status, json.loads(error.body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return Refusal(error.status, error.body.strip())


def _is_too_long(error: ChildRefused) -> bool:
    return any(words in error.body for words in _LIMIT_WORDS)
