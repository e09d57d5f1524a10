"""What models really took when they were loaded: kept, and used instead of the formula the next time.

The figures are the server's own (`/api/ps`): the buffers that llama.cpp told of. A simulated card teaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from arriero.core.clock import iso
from arriero.stack.observing import Scene, served_variant
from arriero.stack.world import World
from arriero.state import MeasuredLoad


@dataclass(frozen=True)
class Measured:
    """A load that was seen, beside what the formula says of it. `error`: of the formula, as a share of the load."""

    total_bytes: int
    vram_bytes: int
    formula_bytes: int
    error: float
    engine: str
    seen_at: str


def seen_loads(world: World, scene: Scene) -> list[MeasuredLoad]:
    """Of every service that runs with today's settings and has its slot's model in memory."""
    return [] if scene.card.gpu.simulated else list(_seen(world, scene))


def _seen(world: World, scene: Scene) -> Iterator[MeasuredLoad]:
    for slot in world.configuration.slots:
        seen = scene.snapshots[slot.id]
        variant = served_variant(slot, seen)
        model = scene.model(variant.reference) if variant else None
        weights = model.layer("model") if model else None
        if variant is None or weights is None or not seen.version or scene.views[slot.id].in_step is not True:
            continue
        loaded = seen.loaded[0]
        yield MeasuredLoad(
            digest=weights.digest,
            context=loaded.context,
            kv_cache=str(slot.kv_cache_of(variant)),
            parallel=world.configuration.settings.engine.parallel,
            engine=f"{world.backend.kind} {seen.version}",
            card=(scene.card.gpu.name or "") if loaded.vram_bytes else "",
            total_bytes=loaded.size_bytes,
            vram_bytes=loaded.vram_bytes,
            seen_at=scene.at,
        )


def matching(loads: Iterable[MeasuredLoad], card: str | None) -> MeasuredLoad | None:
    """The newest that lay wholly on this card; without a card, wholly in RAM."""
    whole = [
        load for load in loads if load.card == (card or "") and load.vram_bytes >= (load.total_bytes if card else 0)
    ]
    return max(whole, key=lambda load: load.seen_at, default=None)


def beside(load: MeasuredLoad, formula_bytes: int) -> Measured:
    return Measured(
        total_bytes=load.total_bytes,
        vram_bytes=load.vram_bytes,
        formula_bytes=formula_bytes,
        error=round((formula_bytes - load.total_bytes) / max(1, load.total_bytes), 4),
        engine=load.engine,
        seen_at=iso(load.seen_at),
    )
