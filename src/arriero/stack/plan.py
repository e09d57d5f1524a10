"""`plan`: what a model would need here and where it would go, before anything is downloaded or started."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path

from arriero.config.specs import BackendKind, KvCache, Speculation
from arriero.core.errors import ArrieroError, EnvironmentFault
from arriero.planner import Reason
from arriero.planner.fit.choosing import Choice, choose
from arriero.planner.fit.errors import ContextAbsurd
from arriero.planner.fit.gpus import find_gpu, require_gpu
from arriero.planner.fit.memory import CPU_UBATCH, GPU_UBATCH, FitRequest
from arriero.planner.fit.placing import Verdict
from arriero.planner.fit.predicting import Budget, FitPlan, predict
from arriero.planner.fit.speed import Expected
from arriero.registry.errors import TransferBroken, TransferStalled
from arriero.stack.declared_shapes import declared_shape
from arriero.stack.learning import Measured, beside, matching
from arriero.stack.measured_speed import measured_speed
from arriero.stack.results import GpuStatus
from arriero.stack.shapes import FoundShape, HeaderSource, local_shape, shape_of_file
from arriero.stack.status import status
from arriero.stack.targets import Target, find_target
from arriero.stack.world import World
from arriero.state import MeasuredLoad
from arriero.store.errors import GgufMissing

CUDA_BYTES = 250 << 20
"""What a process takes on the card beside llama.cpp's buffers: CUDA's context, cuBLAS, kernels that are loaded late."""
NATIVE_MARGIN_MIB = 200
"""What the engine tells llama.cpp to leave free when it places layers; containers have `docker.fit_target_mib`."""
_NOTABLE, _KEPT_TWICE = 0.03, ("Q4_0", "Q4_K", "IQ4_NL")
"""An error of the formula, as a share; and files of whose matrices llama.cpp keeps a copy for the processor
(ggml/src/ggml-cpu/repack.cpp), which its log and so the measured load have as CPU_REPACK."""
DEFAULT_CONTEXT = 4096
MAX_CONTEXT = 1 << 20


@dataclass(frozen=True)
class PlanOptions:
    """None: as the slot declares it, or as the machine has it. `vram_bytes`: what is free on the card."""

    context: int | None = None
    kv_cache: str | None = None
    vram_bytes: int | None = None
    gpu: str | None = None


@dataclass(frozen=True)
class CardRoom:
    """The card that is planned for. `free_bytes`: what our services could have, theirs of now included."""

    name: str | None
    free_bytes: int
    simulated: bool


@dataclass(frozen=True)
class FitReport:
    """What one model needs and where it would go.

    `weights`, `kv`, `compute` and `total`: of the whole model in one place, on the GPU where there is a budget and else
    in RAM. `vram_budget_bytes`: what is free on the card without `reserve_bytes`, which is what CUDA itself takes and
    what llama.cpp is told to leave free. `margin_bytes`: asked for on top before a fit is promised.
    `layers`: as llama.cpp counts them, the output too; of these `gpu_layers` go to the GPU. `cpu_expert_layers`: from
    the first block on, how many keep their experts in RAM. `vram_bytes`, `ram_bytes`: of this division.
    `largest_context`: tokens that stay wholly on the GPU, by type of cache; 0: not even 256; None: that type is not for
    this model, or no card is known. `expected` None: no figures for that card. `source`: `measured` when `total_bytes`
    is that of a load seen before, which `measured` tells beside the formula's; else `formula`. `settings`: what suits
    the model on this card. `parallel`: requests at once, each with its own context. `header`: where the header is from.
    `unasked`: why the model's registry could not be asked for it, None where it was, or nobody had to be.
    """

    reference: str
    slot: str | None
    variant: str | None
    context: int
    kv_cache: str
    ubatch: int
    parallel: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    total_bytes: int
    vram_budget_bytes: int | None
    reserve_bytes: int
    margin_bytes: int
    layers: int
    gpu_layers: int
    cpu_expert_layers: int
    vram_bytes: int
    ram_bytes: int
    verdict: Verdict
    largest_context: dict[str, int | None]
    expected: Expected | None
    source: str
    measured: Measured | None
    settings: tuple[Choice, ...]
    reasons: tuple[Reason, ...]
    gpu: CardRoom | None
    header: HeaderSource
    unasked: ArrieroError | None = None


async def plan(world: World, text: str, options: PlanOptions) -> FitReport:
    """Of a slot, a model by its name, or a GGUF file; of one that is not installed by its header at the registry.

    Raises ReferenceInvalid, ContextAbsurd, GpuUnknown, KvUnfit, GgufMissing, HeaderUnknown, and what reading a header
    and asking a registry raise.
    """
    room = await find_room(world, options)
    from_file = await asyncio.to_thread(_of_file, text)
    if from_file is not None:
        return _report(world, text, None, from_file, options, room)
    target = find_target(world, text)
    local = await asyncio.to_thread(local_shape, world, target.reference)
    if local and local.installed:
        return _report(world, str(target.reference), target, local, options, room)
    found, unasked = await _before_download(world, target, local)
    return replace(_report(world, str(target.reference), target, found, options, room), unasked=unasked)


async def _before_download(
    world: World, target: Target, local: FoundShape | None
) -> tuple[FoundShape, ArrieroError | None]:
    """The registry's word, which may have another version than what is known here; where it cannot be had, what is
    known here, with the reason. Raises as `fetch_shape` for a model of which nothing is known here."""
    known = local or await asyncio.to_thread(declared_shape, target.reference)
    if known is not None and target.from_wheel:
        return known, None
    from arriero.stack.headers import fetch_shape  # late: only who asks a registry pays for HTTP

    try:
        return await fetch_shape(world, target), None
    except (EnvironmentFault, TransferBroken, TransferStalled) as fault:
        if known is None:
            raise
        return known, fault


def _of_file(text: str) -> FoundShape | None:
    """None when it is no file's name but a model's."""
    path = Path(text).expanduser()
    if path.is_file():
        return shape_of_file(path)
    if text.endswith(".gguf") and ":" not in text:
        raise GgufMissing(path)
    return None


async def find_room(world: World, options: PlanOptions) -> CardRoom | None:
    """None without a card that can be asked."""
    if options.vram_bytes is not None:
        return CardRoom(None, options.vram_bytes, simulated=False)
    if options.gpu is not None:
        known = require_gpu(options.gpu)
        return CardRoom(known.name, known.visible_bytes, simulated=False)
    seen = await world.gpu.look()
    return room_on((await status(world)).gpu) if seen.ready else None


def room_on(gpu: GpuStatus) -> CardRoom | None:
    """The card as it is now, as if all of ours had yielded."""
    if not gpu.ready or gpu.free_bytes is None:
        return None
    return CardRoom(gpu.name, gpu.free_bytes + (gpu.ours_bytes or 0), gpu.simulated)


def reserve_bytes(world: World) -> int:
    """Of the card's free memory, what llama.cpp's buffers cannot have under this backend."""
    docker = world.backend.kind == BackendKind.DOCKER
    margin_mib = world.configuration.settings.docker.fit_target_mib if docker else NATIVE_MARGIN_MIB
    return CUDA_BYTES + (margin_mib << 20)


def fit_of(world: World, target: Target, found: FoundShape, room: CardRoom | None) -> FitReport:
    """Of a variant with what its slot declares. Raises KvUnfit."""
    return _report(world, str(target.reference), target, found, PlanOptions(), room)


def _report(
    world: World,
    reference: str,
    target: Target | None,
    found: FoundShape,
    options: PlanOptions,
    room: CardRoom | None,
) -> FitReport:
    request = _request(world, target, options, room)
    budget = Budget(
        vram_bytes=max(0, room.free_bytes - reserve_bytes(world)) if room else None,
        ram_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        gpu=find_gpu(room.name) if room and room.name else None,
    )
    fit = predict(found.shape, request, budget)
    speculation = target.slot.speculation if target and target.slot else Speculation.NONE
    settings = choose(found.shape, request, budget, fit, str(speculation))
    load = _measured(world, found, request, room)
    speed = _speed(world, found, request, room)
    if load is None:
        fit = replace(fit, expected=speed or fit.expected)
        return _told(reference, target, found, fit, None, settings, room, reserve_bytes(world))
    measured = beside(load, fit.total_bytes)
    if room is None and measured.error < -_NOTABLE and found.shape.quantization.startswith(_KEPT_TWICE):
        fit = replace(fit, reasons=(*fit.reasons, Reason("fit.second_copy")))
    if budget.vram_bytes is not None:  # what the formula is short of is missing in the budget
        learnt = max(0, budget.vram_bytes - (load.total_bytes - fit.total_bytes))
        fit = replace(
            predict(found.shape, request, replace(budget, vram_bytes=learnt)), vram_budget_bytes=budget.vram_bytes
        )
    fit = replace(fit, expected=speed or fit.expected)
    return _told(reference, target, found, fit, measured, settings, room, reserve_bytes(world))


def _measured(world: World, found: FoundShape, request: FitRequest, room: CardRoom | None) -> MeasuredLoad | None:
    """A load of the same weights in the same way, on the card that is planned for."""
    if world.state is None or found.digest is None or (room is not None and (room.name is None or room.simulated)):
        return None
    loads = world.state.loads(found.digest, request.context, request.kv_cache, request.slots)
    return matching(loads, room.name if room else None)


def _speed(world: World, found: FoundShape, request: FitRequest, room: CardRoom | None) -> Expected | None:
    """As measured on the card that is planned for, or without one; None where nobody has measured it there."""
    if found.digest is None or (room is not None and (room.name is None or room.simulated)):
        return None
    return measured_speed(world, found.digest, request.context, request.kv_cache, room.name if room else None)


def _request(world: World, target: Target | None, options: PlanOptions, room: CardRoom | None) -> FitRequest:
    slot, variant = (target.slot, target.variant) if target else (None, None)
    declared = (
        (slot.context_of(variant), slot.kv_cache_of(variant)) if slot and variant else (DEFAULT_CONTEXT, KvCache.F16)
    )
    context = declared[0] if options.context is None else options.context
    if not 1 <= context <= MAX_CONTEXT:
        raise ContextAbsurd(context, MAX_CONTEXT)
    on_gpu = room is not None or world.backend.kind != BackendKind.NATIVE
    return FitRequest(
        context=context,
        kv_cache=options.kv_cache or str(declared[1]),
        ubatch=GPU_UBATCH if on_gpu else CPU_UBATCH,
        slots=world.configuration.settings.engine.parallel,
    )


def _told(
    reference: str,
    target: Target | None,
    found: FoundShape,
    fit: FitPlan,
    measured: Measured | None,
    settings: tuple[Choice, ...],
    room: CardRoom | None,
    reserve: int,
) -> FitReport:
    return FitReport(
        reference=reference,
        slot=target.slot_id if target else None,
        variant=target.variant.name if target and target.variant else None,
        context=fit.context,
        kv_cache=fit.kv_cache,
        ubatch=fit.ubatch,
        parallel=fit.slots,
        weights_bytes=fit.weights_bytes,
        kv_bytes=fit.kv_bytes,
        compute_bytes=fit.compute_bytes,
        total_bytes=measured.total_bytes if measured else fit.total_bytes,
        vram_budget_bytes=fit.vram_budget_bytes,
        reserve_bytes=reserve,
        margin_bytes=fit.margin_bytes,
        layers=fit.layers,
        gpu_layers=fit.gpu_layers,
        cpu_expert_layers=fit.cpu_expert_layers,
        vram_bytes=fit.vram_bytes,
        ram_bytes=fit.ram_bytes,
        verdict=fit.verdict,
        largest_context=fit.largest_context,
        expected=fit.expected,
        source="measured" if measured else "formula",
        measured=measured,
        settings=settings,
        reasons=fit.reasons,
        gpu=room,
        header=found.source,
    )
