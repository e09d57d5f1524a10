"""`GET /v1/models` and `/v1/models/{model}`: the store's models as OpenAI lists them.

Facts of Ollama 0.33: an empty list is `null`; `owned_by` is the namespace; a name with a slash cannot be asked for,
because the model is one segment of the path.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from aiohttp import web

from arriero.core.ids import Reference
from arriero.engine.api.dialect import PLAIN_JSON, json_response, refused
from arriero.engine.api.error_forms import openai_error
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json, Service


def model_list(models: list[Json]) -> Json:
    """From the `models` of `/api/tags`."""
    return {"object": "list", "data": [model(each["name"], each["modified_at"]) for each in models] or None}


def model(name: str, modified_at: str) -> Json:
    """`modified_at` is RFC 3339 as Ollama writes it; `name` is told as it was given."""
    return {
        "id": name,
        "object": "model",
        "created": int(datetime.fromisoformat(modified_at).timestamp()),
        "owned_by": Reference.parse(name).namespace,
    }


def routes(service: Service) -> list[web.RouteDef]:
    async def listed(_: web.Request) -> web.Response:
        return json_response(model_list(await asyncio.to_thread(service.models)))

    async def shown(request: web.Request) -> web.Response:
        name = request.match_info["model"]
        try:
            answer = await asyncio.to_thread(service.show, {"model": name})
        except Refusal as refusal:
            return refused(openai_error, refusal, PLAIN_JSON)
        return json_response(model(name, answer["modified_at"]))

    return [web.get("/v1/models", listed), web.get("/v1/models/{model}", shown)]
