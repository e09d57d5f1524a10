"""Whether a model may be loaded beside those that run: only when the card, as it is now, provably has room for it."""

from __future__ import annotations

from arriero.config.specs import SlotSpec, VariantSpec
from arriero.core.errors import ArrieroError
from arriero.planner.fit.placing import Verdict
from arriero.runtime.backend import ServiceSnapshot
from arriero.stack.observing import Scene
from arriero.stack.plan import CardRoom, fit_of
from arriero.stack.shapes import local_shape
from arriero.stack.targets import Target
from arriero.stack.world import World


def fits_beside(world: World, scene: Scene, slot: SlotSpec, variant: VariantSpec) -> bool:
    """False where anything of it is not known: nobody yields only on proof.

    A service that runs and has nothing loaded could load at any moment, and what it would take is not in the count.
    """
    gpu = scene.card.gpu
    running = [s for s in scene.snapshots.values() if s.slot != slot.id and scene.views[s.slot].phase.ours]
    if not running or not gpu.ready or gpu.free_bytes is None or not all(map(_wholly_on_card, running)):
        return False
    own_bytes = gpu.vram_of(scene.card.ours.get(slot.id, frozenset()))
    room = CardRoom(gpu.name, gpu.free_bytes + own_bytes, gpu.simulated)
    try:
        found = local_shape(world, variant.reference)
        target = Target(variant.reference, slot, variant)
        return found is not None and fit_of(world, target, found, room).verdict is Verdict.GPU
    except ArrieroError:
        return False  # what cannot be planned cannot be proved; its own command tells why


def _wholly_on_card(seen: ServiceSnapshot) -> bool:
    return bool(seen.loaded) and all(m.vram_bytes >= m.size_bytes > 0 for m in seen.loaded)
