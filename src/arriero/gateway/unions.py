"""What all slots have together: their models as OpenAI and Ollama list them, with each slot's state and context.

Invariant: only models are listed that a request can get: those of a slot, installed. Everything about them comes from
the store, so that a model that does not run is told as well as one that does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from arriero.config.specs import SlotSpec, VariantSpec
from arriero.engine.api.models import show, tag
from arriero.engine.api.openai_models import model
from arriero.engine.api.service import Json
from arriero.engine.served import ServedModels
from arriero.gateway.board import Board
from arriero.gateway.naming import Group
from arriero.gateway.servers import Servers
from arriero.store.models import InstalledModel
from arriero.store.store import Store


@dataclass(frozen=True)
class Shelf:
    """The store, and what is known of its models; see `engine.api.models`."""

    store: Store
    models: ServedModels


class Unions:
    """`allowed` everywhere: the slots that who asks may use."""

    def __init__(self, slots: Sequence[SlotSpec], store: Store, board: Board, servers: Servers) -> None:
        self._slots, self._board, self._servers = slots, board, servers
        self._shelf = Shelf(store, ServedModels(store))

    async def tags(self, allowed: Collection[str]) -> list[Json]:
        return await asyncio.to_thread(lambda: [self._tag(*each) for each in self._installed(allowed)])

    async def models(self, allowed: Collection[str]) -> list[Json]:
        tags = await self.tags(allowed)
        own = ("slot", "state", "context_length")
        return [model(each["name"], each["modified_at"]) | {name: each[name] for name in own} for each in tags]

    async def loaded(self, slots: Sequence[str]) -> list[Json]:
        """What those slots' servers have in memory."""
        found = await asyncio.gather(*(self._servers.loaded(slot) for slot in slots))
        return [each | {"slot": slot} for slot, models in zip(slots, found, strict=True) for each in models]

    async def show(self, reference: str, body: Json) -> Json:
        """Raises Refusal."""
        return await asyncio.to_thread(show, self._shelf, body | {"model": reference})

    def _installed(self, allowed: Collection[str]) -> Iterator[tuple[SlotSpec, VariantSpec, InstalledModel]]:
        models = self._shelf.store.list()
        for slot in self._slots:
            for variant in slot.variants if slot.id in allowed else ():
                for name in (variant.reference, *variant.aliases):
                    yield from ((slot, variant, m) for m in models if m.reference.matches(name))

    def _tag(self, slot: SlotSpec, variant: VariantSpec, installed: InstalledModel) -> Json:
        serves = Group(slot.id, variant.name) in self._board.serving
        seen = self._board.models.get(slot.id)
        current = seen is not None and seen.variant == variant.name
        return tag(self._shelf, installed) | {
            "slot": slot.id,
            "state": str(seen.state) if seen and (serves or current) else "inactive",
            "context_length": slot.context_of(variant),
        }
