"""The active slots as an editor's configuration needs them, asked of the servers themselves."""

from __future__ import annotations

import asyncio
from typing import Any

from arriero.clients.errors import ClientFailed, GatewaySilent, NothingToConnect
from arriero.clients.values import Endpoint
from arriero.runtime.http import NoAnswer, ask
from arriero.runtime.served import read_key
from arriero.stack.describing import base_url
from arriero.stack.results import ModelState, ModelStatus
from arriero.stack.status import status
from arriero.stack.world import World

_LONGEST_ANSWER = 4096
_SHOW_LIMIT_S = 5.0
_GATEWAY_HOST = "127.0.0.1"


async def endpoints(world: World, client: str, only: str | None = None) -> tuple[Endpoint, ...]:
    """One for each active slot, or for the slot `only`. Raises SlotUnknown, NothingToConnect, ClientFailed."""
    wanted = world.slot(only).id if only else None
    seen = (await status(world)).models
    active = [model for model in seen if model.state is ModelState.ACTIVE and wanted in (None, model.id)]
    if not active:
        raise NothingToConnect(client)
    return tuple(await asyncio.gather(*(_endpoint(world, client, model) for model in active)))


async def through_gateway(world: World, client: str) -> tuple[Endpoint, ...]:
    """One for each model that the gateway has, whether it is active or not. Raises GatewaySilent, NothingToConnect."""
    port = world.configuration.settings.gateway.port
    url = base_url(_GATEWAY_HOST, port)
    try:
        answer = await ask(_GATEWAY_HOST, port, "/api/tags", limit_s=_SHOW_LIMIT_S)
    except NoAnswer as error:
        raise GatewaySilent(client, url, str(error)) from error
    told = answer.json().get("models")
    if answer.status != 200 or not isinstance(told, list):
        raise GatewaySilent(client, url, f"HTTP {answer.status}")
    own = {str(variant.reference) for slot in world.configuration.slots for variant in slot.variants}
    found = tuple(_listed(url, each) for each in told if each["name"] in own)
    if not found:
        raise NothingToConnect(client)
    return found


def _listed(url: str, model: dict[str, Any]) -> Endpoint:
    """From one model of the gateway's `/api/tags`."""
    context = int(model["context_length"])
    return Endpoint(
        slot=str(model["slot"]),
        title=str(model["slot"]),
        url=url,
        model=str(model["name"]),
        context=context,
        output=min(_LONGEST_ANSWER, context // 4),
        tools="tools" in model.get("capabilities", ()),
        api_key_file=None,
    )


async def _endpoint(world: World, client: str, model: ModelStatus) -> Endpoint:
    context = model.context or model.declared_context
    key_file = world.configuration.settings.engine.api_key_file
    return Endpoint(
        slot=model.id,
        title=f"{model.title} ({model.port})",
        url=str(model.url),
        model=model.reference,
        context=context,
        output=min(_LONGEST_ANSWER, context // 4),
        tools=await _takes_tools(world, client, model),
        api_key_file=str(key_file) if key_file else None,
    )


async def _takes_tools(world: World, client: str, model: ModelStatus) -> bool:
    """As the server says: Ollama refuses every question with tools to a model without. Raises ClientFailed."""
    settings = world.configuration.settings
    key = read_key(settings.engine.api_key_file)
    asked: dict[str, object] = {"model": model.reference}
    try:
        answer = await ask(settings.bind, model.port, "/api/show", post=asked, key=key, limit_s=_SHOW_LIMIT_S)
    except NoAnswer as error:  # a guess would be written into the editor's file and stay there
        raise ClientFailed(client, model.id, str(error)) from error
    told = answer.json().get("capabilities")
    return isinstance(told, list) and "tools" in told
