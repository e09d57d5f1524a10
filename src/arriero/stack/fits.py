"""What is known here of every variant's fit, without asking anybody: for `models`, and for `plan` without a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from arriero.core.errors import ArrieroError
from arriero.planner.fit.placing import Verdict
from arriero.stack.declared_shapes import declared_shape
from arriero.stack.plan import CardRoom, FitReport, fit_of
from arriero.stack.shapes import HeaderSource, local_shape
from arriero.stack.targets import Target
from arriero.stack.world import World


@dataclass(frozen=True)
class VariantFit:
    """`verdict` None: nothing is known of it here and nobody was asked, or `why` names what is wrong with its header.

    `layers` to `ram_bytes`: where it would go, as in FitReport. `largest_context`: tokens that stay wholly on the GPU,
    by type of cache; None where that is not known. `header`: where its header is from.
    """

    slot: str
    variant: str
    reference: str
    context: int
    kv_cache: str
    verdict: Verdict | None
    total_bytes: int | None
    layers: int | None
    gpu_layers: int | None
    cpu_expert_layers: int | None
    vram_bytes: int | None
    ram_bytes: int | None
    largest_context: dict[str, int | None] | None
    header: HeaderSource | None = None
    why: str | None = None


def local_fits(world: World, room: CardRoom | None) -> tuple[VariantFit, ...]:
    """Of every variant with what its slot declares. Reads headers that are in the store; never the network."""
    return tuple(_fit(target, report) for target, report in reports(world, room))


def reports(world: World, room: CardRoom | None) -> Iterator[tuple[Target, FitReport | ArrieroError | None]]:
    """None: nothing is known of it here."""
    for slot in world.configuration.slots:
        for variant in slot.variants:
            target = Target(variant.reference, slot, variant)
            yield target, _report(world, target, room)


def _report(world: World, target: Target, room: CardRoom | None) -> FitReport | ArrieroError | None:
    try:
        found = local_shape(world, target.reference) or declared_shape(target.reference)
        return fit_of(world, target, found, room) if found else None
    except ArrieroError as fault:
        return fault


def _fit(target: Target, report: FitReport | ArrieroError | None) -> VariantFit:
    slot, variant = target.slot, target.variant
    assert slot is not None
    assert variant is not None
    known = report if isinstance(report, FitReport) else None
    return VariantFit(
        slot=slot.id,
        variant=variant.name,
        reference=str(target.reference),
        context=slot.context_of(variant),
        kv_cache=str(slot.kv_cache_of(variant)),
        verdict=known.verdict if known else None,
        total_bytes=known.total_bytes if known else None,
        layers=known.layers if known else None,
        gpu_layers=known.gpu_layers if known else None,
        cpu_expert_layers=known.cpu_expert_layers if known else None,
        vram_bytes=known.vram_bytes if known else None,
        ram_bytes=known.ram_bytes if known else None,
        largest_context=known.largest_context if known else None,
        header=known.header if known else None,
        why=report.code if isinstance(report, ArrieroError) else None,
    )
