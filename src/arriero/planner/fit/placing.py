"""Where the parts of a model go: all of it on the GPU, experts or whole blocks in RAM, or nothing on the GPU.

llama.cpp's rules: `-ngl K` puts the last K-1 blocks and the output on the GPU; `--n-cpu-moe N` keeps the experts of the
first N blocks in RAM; the cache lies where its block lies; and a weight in RAM is copied to the GPU for batches of 32
tokens and more, so that the compute buffer has room for the largest of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from arriero.planner.fit.memory import FitRequest, compute_bytes, kv_bytes
from arriero.planner.fit.shape import ModelShape

_EXACT_MARGIN = 16 << 20
_ROUGH_MARGIN = 150 << 20


class Verdict(StrEnum):
    GPU = "gpu"
    MIXED = "mixed"
    CPU = "cpu"
    NO = "no"


@dataclass(frozen=True)
class Placement:
    """`gpu_layers` of `ModelShape.offloadable`; `cpu_expert_layers`: the N of `--n-cpu-moe`."""

    gpu_layers: int
    cpu_expert_layers: int
    vram_bytes: int
    ram_bytes: int


def margin_bytes(shape: ModelShape, total_bytes: int) -> int:
    """By how much a prediction may be short: it is asked for on top before a fit is promised."""
    return _EXACT_MARGIN if shape.calibrated else max(_ROUGH_MARGIN, total_bytes * 3 // 100)


def place(shape: ModelShape, request: FitRequest, gpu_layers: int, cpu_expert_layers: int = 0) -> Placement:
    """What this division takes on either side."""
    if gpu_layers == 0:
        ram = shape.tensor_bytes + _cache(shape, request) + compute_bytes(shape, request, on_gpu=False)
        return Placement(0, 0, 0, ram)
    first = shape.offloadable - gpu_layers
    on_gpu, on_cpu = shape.layers[first:], shape.layers[:first]
    experts = sum(layer.expert_bytes for layer in shape.layers[first:cpu_expert_layers])
    weights_in_ram = sum(layer.weight_bytes for layer in on_cpu) + experts
    left = [layer.largest_bytes for i, layer in enumerate(shape.layers) if i < max(first, cpu_expert_layers)]
    compute = compute_bytes(shape, request, on_gpu=True, copied_bytes=max(left) if weights_in_ram else 0)
    host = _host_bytes(shape, request) if not on_cpu else compute_bytes(shape, request, on_gpu=False)
    return Placement(
        gpu_layers=gpu_layers,
        cpu_expert_layers=cpu_expert_layers,
        vram_bytes=shape.gpu_bytes - weights_in_ram + sum(kv_bytes(layer, request) for layer in on_gpu) + compute,
        ram_bytes=shape.input_bytes + weights_in_ram + sum(kv_bytes(layer, request) for layer in on_cpu) + host,
    )


def fits_whole(shape: ModelShape, request: FitRequest, budget_bytes: int) -> bool:
    """All of it on the GPU, and the margin."""
    return _fits(shape, place(shape, request, shape.offloadable), budget_bytes)


def _fits(shape: ModelShape, placement: Placement, budget_bytes: int) -> bool:
    return placement.vram_bytes + margin_bytes(shape, placement.vram_bytes) <= budget_bytes


def best_placement(shape: ModelShape, request: FitRequest, budget_bytes: int) -> Placement:
    """The one with the most on the GPU: all; else as few experts in RAM as must be; else as many blocks as fit."""

    def fits(placement: Placement) -> bool:
        return _fits(shape, placement, budget_bytes)

    def with_experts(count: int) -> Placement:
        return place(shape, request, shape.offloadable, count)

    def with_layers(missing: int) -> Placement:
        return place(shape, request, shape.offloadable - missing, shape.expert_layers)

    if fits(with_experts(0)):
        return with_experts(0)
    if shape.expert_layers and fits(with_experts(shape.expert_layers)):
        return with_experts(_first(lambda n: fits(with_experts(n)), shape.expert_layers))
    return with_layers(_first(lambda n: fits(with_layers(n)), shape.offloadable))


def _first(good: Callable[[int], bool], last: int) -> int:
    """The smallest n from 1 that is good; what is good stays good, and `last` is taken unseen."""
    low = 1
    while low < last:
        middle = (low + last) // 2
        low, last = (low, middle) if good(middle) else (middle + 1, last)
    return last


def _cache(shape: ModelShape, request: FitRequest) -> int:
    return sum(kv_bytes(layer, request) for layer in shape.layers)


def _host_bytes(shape: ModelShape, request: FitRequest) -> int:
    """What a model that is wholly on the GPU still needs in RAM beside its token table: inputs and answers."""
    batch = min(request.ubatch, request.context)
    return batch * (4 * shape.embedding + 2 * request.context) + 4 * shape.vocabulary * request.slots
