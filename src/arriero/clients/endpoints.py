"""The active slots as an editor's configuration needs them, asked of the servers themselves."""

from __future__ import annotations

import asyncio

from arriero.clients.errors import ClientFailed, NothingToConnect
from arriero.clients.values import Endpoint
from arriero.runtime.http import NoAnswer, ask
from arriero.runtime.served import read_key
from arriero.stack.results import ModelState, ModelStatus
from arriero.stack.status import status
from arriero.stack.world import World

_LONGEST_ANSWER = 4096
_SHOW_LIMIT_S = 5.0


async def endpoints(world: World, client: str, only: str | None = None) -> tuple[Endpoint, ...]:
    """One for each active slot, or for the slot `only`. Raises SlotUnknown, NothingToConnect, ClientFailed."""
    wanted = world.slot(only).id if only else None
    seen = (await status(world)).models
    active = [model for model in seen if model.state is ModelState.ACTIVE and wanted in (None, model.id)]
    if not active:
        raise NothingToConnect(client)
    return tuple(await asyncio.gather(*(_endpoint(world, client, model) for model in active)))


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
