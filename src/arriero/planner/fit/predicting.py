"""The whole answer: what it takes, where it goes, how fast it will be, how much context there could be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from arriero.planner.actions import Reason
from arriero.planner.fit.errors import KvUnfit
from arriero.planner.fit.gpus import GpuFigures
from arriero.planner.fit.memory import KV_BLOCKS, FitRequest, compute_bytes, kv_bytes
from arriero.planner.fit.placing import Placement, Verdict, best_placement, fits_whole, margin_bytes, place
from arriero.planner.fit.shape import ModelShape
from arriero.planner.fit.speed import Expected, expect

CONTEXT_STEP = 256


@dataclass(frozen=True)
class Budget:
    """`vram_bytes`: what llama.cpp's buffers may take on the GPU, None where no GPU is known. `ram_bytes`: of the
    machine, None where nobody knows. `gpu`: the card's figures, None for one that is not in the table."""

    vram_bytes: int | None = None
    ram_bytes: int | None = None
    gpu: GpuFigures | None = None


@dataclass(frozen=True)
class FitPlan:
    """`weights`, `kv`, `compute` and their total: of the whole model in one place, on the GPU where there is a budget
    and else in RAM. `vram_bytes` and `ram_bytes`: of the division that was chosen. `largest_context`: tokens that stay
    wholly on the GPU, by type of cache; 0: not even 256; None: that type is not for this model, or there is no budget.
    """

    context: int
    kv_cache: str
    ubatch: int
    slots: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    vram_budget_bytes: int | None
    margin_bytes: int
    layers: int
    gpu_layers: int
    cpu_expert_layers: int
    vram_bytes: int
    ram_bytes: int
    verdict: Verdict
    reasons: tuple[Reason, ...]
    largest_context: dict[str, int | None]
    expected: Expected | None

    @property
    def total_bytes(self) -> int:
        return self.weights_bytes + self.kv_bytes + self.compute_bytes


def predict(shape: ModelShape, request: FitRequest, budget: Budget) -> FitPlan:
    """Raises KvUnfit."""
    on_gpu = budget.vram_bytes is not None
    if not allows_kv(shape, request.kv_cache, on_gpu=on_gpu):
        raise KvUnfit(shape.architecture, request.kv_cache)
    placement = best_placement(shape, request, budget.vram_bytes) if budget.vram_bytes is not None else None
    placement = placement or place(shape, request, 0)
    weights = shape.gpu_bytes if on_gpu else shape.tensor_bytes
    kv = sum(kv_bytes(layer, request) for layer in shape.layers)
    compute = compute_bytes(shape, request, on_gpu=on_gpu)
    verdict = _verdict(shape, placement, budget)
    return FitPlan(
        context=request.context,
        kv_cache=request.kv_cache,
        ubatch=request.ubatch,
        slots=request.slots,
        weights_bytes=weights,
        kv_bytes=kv,
        compute_bytes=compute,
        vram_budget_bytes=budget.vram_bytes,
        margin_bytes=margin_bytes(shape, weights + kv + compute),
        layers=shape.offloadable,
        gpu_layers=placement.gpu_layers,
        cpu_expert_layers=placement.cpu_expert_layers,
        vram_bytes=placement.vram_bytes,
        ram_bytes=placement.ram_bytes,
        verdict=verdict,
        reasons=_reasons(shape, request, placement, budget, weights + kv + compute),
        largest_context={kv_cache: largest_context(shape, request, kv_cache, budget) for kv_cache in KV_BLOCKS},
        expected=expect(shape, request, placement, budget.gpu),
    )


def allows_kv(shape: ModelShape, kv_cache: str, *, on_gpu: bool) -> bool:
    """Not where llama.cpp refuses the type, nor where it would take attention off the GPU to obey."""
    block = KV_BLOCKS[kv_cache][0]
    lengths = {length for layer in shape.layers if layer.kv_heads for length in (layer.key_length, layer.value_length)}
    return not any(length % block for length in lengths) and (shape.flash or block == 1 or not on_gpu)


def largest_context(shape: ModelShape, request: FitRequest, kv_cache: str, budget: Budget) -> int | None:
    """The largest multiple of 256, up to what the model was trained for, with which all of it stays on the GPU."""
    if budget.vram_bytes is None or not allows_kv(shape, kv_cache, on_gpu=True):
        return None
    low, high = 0, max(1, shape.trained_context // CONTEXT_STEP)
    while low < high:
        middle = (low + high + 1) // 2
        wanted = replace(request, context=middle * CONTEXT_STEP, kv_cache=kv_cache)
        low, high = (middle, high) if fits_whole(shape, wanted, budget.vram_bytes) else (low, middle - 1)
    return low * CONTEXT_STEP


def _verdict(shape: ModelShape, placement: Placement, budget: Budget) -> Verdict:
    if budget.ram_bytes is not None and placement.ram_bytes > budget.ram_bytes:
        return Verdict.NO
    if placement.gpu_layers == 0:
        return Verdict.CPU
    whole = placement.gpu_layers == shape.offloadable and placement.cpu_expert_layers == 0
    return Verdict.GPU if whole else Verdict.MIXED


def _reasons(
    shape: ModelShape, request: FitRequest, placement: Placement, budget: Budget, total_bytes: int
) -> tuple[Reason, ...]:
    """Why it is as it is, and what the figures do not know."""
    found: list[Reason] = []
    if budget.vram_bytes is None:
        found.append(Reason("fit.no_gpu"))
    elif placement.gpu_layers < shape.offloadable or placement.cpu_expert_layers:
        lacks = total_bytes + margin_bytes(shape, total_bytes) - budget.vram_bytes
        found.append(Reason("fit.lacks", {"lacks_bytes": lacks}))
    if placement.cpu_expert_layers:
        found.append(Reason("fit.experts_in_ram", {"layers": placement.cpu_expert_layers}))
    if budget.ram_bytes is not None and placement.ram_bytes > budget.ram_bytes:
        found.append(Reason("fit.no_ram", {"needs_bytes": placement.ram_bytes, "has_bytes": budget.ram_bytes}))
    if request.context > shape.trained_context:
        found.append(Reason("fit.beyond_training", {"trained": shape.trained_context}))
    if not shape.flash and budget.vram_bytes is not None:
        found.append(Reason("fit.no_flash"))
    if not shape.calibrated:
        found.append(Reason("fit.rough", {"architecture": shape.architecture}))
    if placement.gpu_layers and budget.gpu is None:
        found.append(Reason("fit.speed_unknown"))
    return tuple(found)
