"""From what was seen to what is told: ModelStatus and StackStatus out of a Scene."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from arriero.config.specs import SlotSpec, VariantSpec
from arriero.core.clock import iso
from arriero.planner import Drift, Phase, SlotView, find_drift
from arriero.runtime.backend import LoadedModel, ServiceSnapshot
from arriero.stack.card import CardView
from arriero.stack.observing import Scene
from arriero.stack.results import GpuStatus, ModelState, ModelStatus, Processor, StackStatus, VariantStatus
from arriero.stack.versions import previous_of
from arriero.stack.world import World

_STATES = {
    Phase.ABSENT: ModelState.INACTIVE,
    Phase.BLOCKED: ModelState.INACTIVE,
    Phase.STARTING: ModelState.STARTING,
    Phase.RESTARTING: ModelState.STARTING,
    Phase.SERVING: ModelState.ACTIVE,
    Phase.FAILED: ModelState.FAILED,
}


def base_url(host: str, port: int) -> str:
    """The OpenAI base URL that editors ask for. A wildcard address is reached through loopback."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/v1"


def describe_stack(world: World, scene: Scene) -> StackStatus:
    settings = world.configuration.settings
    holders = [s.holder for s in scene.snapshots.values() if s.holder is not None]
    return StackStatus(
        backend=world.backend.kind,
        backend_reason=world.backend_reason,
        models=tuple(describe_slot(world, slot, scene) for slot in world.configuration.slots),
        gpu=_describe_card(scene.card),
        others=(*holders, *scene.card.others),
        models_dir=str(settings.models_dir),
        seen_at=iso(scene.at),
        notes=tuple(fault for fault in (scene.sight.blind, world.state_fault, *world.backend.remarks()) if fault),
        repairs=tuple(world.state.repairs) if world.state else (),
    )


def _describe_card(card: CardView) -> GpuStatus:
    seen = card.gpu
    ours = seen.vram_of(card.pids) if seen.ready else None
    others = None if ours is None or seen.used_bytes is None else max(0, seen.used_bytes - ours)
    return GpuStatus(**vars(seen), ours_bytes=ours, others_bytes=others)


def describe_slot(world: World, slot: SlotSpec, scene: Scene) -> ModelStatus:
    seen, view = scene.snapshots[slot.id], scene.views[slot.id]
    variants = tuple(_describe_variant(v, scene) for v in slot.variants)
    current = next(v for v in variants if v.name == view.variant)
    chosen = world.variant(slot, view.variant)
    state, loaded = _state(view), _loaded(seen)
    return ModelStatus(
        id=slot.id,
        title=slot.title,
        purpose=slot.purpose,
        reference=current.reference,
        variant=current.name,
        state=state,
        url=base_url(world.configuration.settings.bind, slot.port) if state is ModelState.ACTIVE else None,
        port=slot.port,
        installed=current.installed,
        version=current.version,
        installed_at=current.installed_at,
        size_bytes=current.size_bytes,
        processor=_processor(loaded),
        context=loaded.context if loaded else None,
        declared_context=slot.context_of(chosen),
        kv_cache=str(slot.kv_cache_of(chosen)),
        variants=variants,
        drift=drift_of(scene, slot.id),
        pid=seen.pid,
        started_at=_moment(seen.started_at),
        restarts=seen.restarts,
        last_exit=seen.last_exit,
        memory_bytes=seen.memory_bytes,
        expires_at=loaded.expires_at if loaded else None,
        desired=view.desired,
        backend=next((backend.kind for backend in scene.sight.running[slot.id]), None),
    )


def drift_of(scene: Scene, slot_id: str) -> tuple[Drift, ...]:
    """What differs, each with since when: as an earlier look found it, else as the look can tell, else now."""

    def since(drift: Drift) -> str:
        known = scene.drifting.get((slot_id, str(drift.code)))
        return iso(known) if known else drift.since or iso(scene.at)

    return tuple(replace(d, since=since(d)) for d in find_drift(scene.views[slot_id]))


def _state(view: SlotView) -> ModelState:
    hung = view.phase is Phase.SERVING and not view.answers
    return ModelState.FAILED if hung else _STATES[view.phase]


def _describe_variant(variant: VariantSpec, scene: Scene) -> VariantStatus:
    model, expected = scene.model(variant.reference), variant.expected
    previous = scene.model(previous_of(variant.reference))
    return VariantStatus(
        name=variant.name,
        reference=str(variant.reference),
        aliases=tuple(str(a) for a in variant.aliases),
        installed=model is not None,
        version=model.digest[:12] if model else None,
        installed_at=iso(model.modified_at) if model else None,
        size_bytes=model.size_bytes if model else None,
        published_bytes=variant.size_bytes,
        expected_disk_bytes=expected.disk_bytes if expected else None,
        expected_vram_bytes=expected.vram_bytes if expected else None,
        expected_tokens_per_s=expected.tokens_per_s if expected else None,
        previous=previous.digest[:12] if previous else None,
    )


def _loaded(seen: ServiceSnapshot) -> LoadedModel | None:
    return seen.loaded[0] if seen.loaded else None


def _processor(loaded: LoadedModel | None) -> Processor | None:
    if loaded is None:
        return None
    if loaded.vram_bytes == 0:
        return Processor.CPU
    return Processor.GPU if loaded.vram_bytes >= loaded.size_bytes else Processor.MIXED


def _moment(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
