"""Looking: services, store and wishes at one moment, put together slot by slot.

Invariant: looking changes nothing but the database's memory of what was last seen, and works without that database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from arriero.config.specs import SlotSpec, VariantSpec
from arriero.core.clock import iso
from arriero.core.ids import Reference
from arriero.planner import DesiredView, Phase, SlotView
from arriero.runtime.backend import ContainerSnapshot, PortHolder, ServiceSnapshot
from arriero.stack.card import NO_CARD, CardView, meant_for_card, off_card, on_simulated_card, view_card
from arriero.stack.sighting import NOTHING_SEEN, Sight
from arriero.stack.sighting import sight as look_at_backends
from arriero.stack.world import World
from arriero.state import DesiredSlot, Transition
from arriero.store import InstalledModel


@dataclass(frozen=True)
class Scene:
    """What was seen. `views` has every declared slot, in the catalogue's order; `drifting` is since when which drift is
    known, by (slot, code); `sight` is what each backend showed, as it was before the card had its word.
    """

    at: datetime
    snapshots: Mapping[str, ServiceSnapshot]
    installed: tuple[InstalledModel, ...]
    views: Mapping[str, SlotView]
    drifting: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    card: CardView = NO_CARD
    sight: Sight = NOTHING_SEEN

    def model(self, reference: Reference) -> InstalledModel | None:
        return next((m for m in self.installed if m.reference.matches(reference)), None)


async def look(world: World, asked: Mapping[str, str] | None = None) -> Scene:
    """Looks at everything at once. `asked` names variants (by slot) that override what was wished or seen."""
    slots = world.configuration.slots
    gpu, sight, installed, desired, unfinished, drifting = await asyncio.gather(
        world.gpu.look(),
        look_at_backends(world.backend, world.others, [(s.id, s.port) for s in slots], world.clock),
        asyncio.to_thread(world.store.list),
        asyncio.to_thread(world.state.desired if world.state else dict[str, DesiredSlot]),
        asyncio.to_thread(world.state.unfinished if world.state else dict[str, Transition]),
        asyncio.to_thread(world.state.drift if world.state else dict[tuple[str, str], datetime]),
    )
    card = await view_card(gpu, sight.snapshots)
    by_slot = {s.slot: on_simulated_card(card, s) for s in sight.snapshots.values()}
    scene = Scene(world.clock.now(), by_slot, tuple(installed), {}, drifting, card, sight)
    views = {s.id: _view(world, s, scene, desired.get(s.id), (asked or {}).get(s.id)) for s in slots}
    for slot_id, begun in unfinished.items():
        if slot_id in views:
            views[slot_id] = replace(views[slot_id], unproven=begun.to_state or "?")
    for seen in by_slot.values():
        serving = next(iter(sight.running[seen.slot]), world.backend)
        if seen.loaded and await meant_for_card(card, seen, handed_out=serving.hands_out_card()):
            cause = off_card(seen.loaded[0], gpu, gpu.free_bytes)
            views[seen.slot] = replace(views[seen.slot], off_card=cause)
    return replace(scene, views=views)


def _view(world: World, slot: SlotSpec, scene: Scene, wish: DesiredSlot | None, asked: str | None) -> SlotView:
    seen = scene.snapshots[slot.id]
    variant = slot.variant(asked) if asked else _wished(slot, wish) or served_variant(slot, seen)
    variant = variant or world.variant(slot, None)
    running, in_step = scene.sight.running[slot.id], None
    elsewhere = next((backend.kind for backend in running if backend is not world.backend), "")
    if seen.settings_hash is not None and not elsewhere:
        in_step = seen.settings_hash == world.backend.settings_hash(world.service(slot, variant))
    container = seen.container
    return SlotView(
        slot=slot.id,
        port=slot.port,
        phase=Phase(seen.phase),
        variant=variant.name,
        reference=str(variant.reference),
        installed=scene.model(variant.reference) is not None,
        download_bytes=variant.size_bytes,
        desired=DesiredView(wish.active, wish.variant or variant.name, iso(wish.since)) if wish else None,
        in_step=in_step,
        served_elsewise=_stranger(slot, seen),
        answers=seen.answers,
        holder=_who(seen.holder) if seen.holder else "",
        priority=slot.priority,
        elsewhere=elsewhere,
        begun_at=iso(seen.started_at) if seen.started_at else "",
        remains=bool(scene.sight.having[slot.id]) and not running,
        unwell=_unwell(container) if container else "",
        old_image=container.image if container and container.image_is_old else "",
    )


def _who(holder: PortHolder) -> str:
    return holder.container or f"{holder.process} ({holder.pid})"


def _unwell(container: ContainerSnapshot) -> str:
    """What keeps a container that is there from serving, where it has not simply ended."""
    if container.state == "paused":
        return "paused"
    return "unhealthy" if container.health == "unhealthy" else ""


def served_variant(slot: SlotSpec, seen: ServiceSnapshot) -> VariantSpec | None:
    """The variant whose model the server has loaded, if any."""
    return next((v for v in slot.variants for m in seen.loaded if _names(v, m.name)), None)


def _wished(slot: SlotSpec, wish: DesiredSlot | None) -> VariantSpec | None:
    return slot.variant(wish.variant) if wish else None


def _stranger(slot: SlotSpec, seen: ServiceSnapshot) -> str | None:
    """The name of a loaded model that is none of the slot's."""
    return next((m.name for m in seen.loaded if not any(_names(v, m.name) for v in slot.variants)), None)


def _names(variant: VariantSpec, name: str) -> bool:
    try:
        asked = Reference.parse(name)
    except ValueError:
        return False
    return any(asked.matches(r) for r in (variant.reference, *variant.aliases))
