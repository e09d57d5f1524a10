"""`POST /v1/embeddings`: OpenAI's embeddings around `/api/embed`, as numbers or as base64 of little-endian float32."""

from __future__ import annotations

import base64
import struct as binary

from aiohttp import web

from arriero.engine.api.dialect import CHARSET_JSON, PLAIN_JSON, json_response, refused
from arriero.engine.api.error_forms import openai_error
from arriero.engine.api.go_decode import ANY, INT, STRING, decode, struct
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json, Service

REQUEST = struct("openai.EmbedRequest", input=ANY, model=STRING, dimensions=INT, encoding_format=STRING)


def ollama_body(request: Json) -> Json:
    """The body for `/api/embed`. Raises Refusal(400) for no input and for an unknown encoding."""
    encoding = request.get("encoding_format") or "float"
    if encoding.lower() not in ("float", "base64"):
        known = "Supported values: ['float', 'base64']."
        raise Refusal(400, f"Invalid value for 'encoding_format' = {encoding}. {known}")
    given = request.get("input")
    if given is None or given == []:
        raise Refusal(400, "invalid input")
    body = {"model": request.get("model") or "", "input": [""] if given == "" else given}
    return body | ({"dimensions": request["dimensions"]} if request.get("dimensions") else {})


def embedding_list(request: Json, answer: Json) -> Json:
    """`answer` is `/api/embed`'s."""
    packed = (request.get("encoding_format") or "").lower() == "base64"
    tokens = answer.get("prompt_eval_count", 0)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "embedding": _packed(vector) if packed else vector, "index": index}
            for index, vector in enumerate(answer["embeddings"])
        ],
        "model": request.get("model") or "",
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _packed(vector: list[float]) -> str:
    return base64.b64encode(binary.pack(f"<{len(vector)}f", *vector)).decode()


def routes(service: Service) -> list[web.RouteDef]:
    async def embed(request: web.Request) -> web.Response:
        try:
            asked = decode(await request.read(), REQUEST)
            body = ollama_body(asked)
        except Refusal as refusal:
            return refused(openai_error, refusal, CHARSET_JSON)
        try:
            return json_response(embedding_list(asked, await service.embed(body)))
        except Refusal as refusal:
            return refused(openai_error, refusal, PLAIN_JSON)

    return [web.post("/v1/embeddings", embed)]
