"""How fast it will be, with error bars: bandwidth decides over tokens, arithmetic over prompts.

Fitted to published runs of llama.cpp with Q4_K_M files on Turing and Ampere: a token takes 1.0 ms and the time to read
the weights that it uses, and the cache, at 77 % of the card's bandwidth; half of the runs lie within 8 %, all but the
smallest models within 15 %. docs/explanation/fit.md lists them. None of it was measured on this machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from arriero.planner.fit.gpus import GpuFigures
from arriero.planner.fit.memory import FitRequest
from arriero.planner.fit.placing import Placement
from arriero.planner.fit.shape import ModelShape

PROMPT_TOKENS = 2048
_TOKEN_S = 1.0e-3
_SHARE = 0.77
_ERROR = 0.15
_RAM_BYTES_PER_S = (20e9, 40e9)  # two channels of DDR4 to DDR5, as one token after the other uses them
_PCIE_BYTES_PER_S = (5e9, 12e9)  # pageable to pinned over PCIe 3.0 x16
_PROMPT_ERROR = (0.75, 1.5)
_ANSWER_S = 0.03  # the server's own part
_F16 = 2


@dataclass(frozen=True)
class Expected:
    """Both as (low, high), after a prompt of `prompt_tokens`; None where no figure of the card allows to say it.
    `source`: `formula`, or `measured` where this very model was measured on this card."""

    prompt_tokens: int
    tokens_per_s: tuple[float, float] | None
    ttft_s: tuple[float, float] | None
    source: str = "formula"


def expect(shape: ModelShape, request: FitRequest, placement: Placement, gpu: GpuFigures | None) -> Expected | None:
    """None for a card that is not in the table, and for a model that is in RAM: its speed is the processor's."""
    if gpu is None or placement.gpu_layers == 0:
        return None
    prompt = min(PROMPT_TOKENS, request.context)
    slow, fast = (_token_s(shape, placement, gpu, prompt, ram) for ram in _RAM_BYTES_PER_S)
    tokens = (round((1 - _ERROR) / slow, 1), round((1 + _ERROR) / fast, 1))
    return Expected(prompt, tokens, _prompt_s(shape, request, placement, gpu, prompt))


def _token_s(shape: ModelShape, placement: Placement, gpu: GpuFigures, depth: int, ram_bytes_per_s: float) -> float:
    first = shape.offloadable - placement.gpu_layers
    on_gpu, in_ram = shape.output_bytes, 0
    for index, layer in enumerate(shape.layers):
        experts = int(layer.expert_bytes * shape.active_fraction)
        rest = layer.weight_bytes - layer.expert_bytes + depth * layer.kv_row * _F16
        in_ram += (rest if index < first else 0) + (experts if index < max(first, placement.cpu_expert_layers) else 0)
        on_gpu += (0 if index < first else rest) + (0 if index < max(first, placement.cpu_expert_layers) else experts)
    return _TOKEN_S + on_gpu / (_SHARE * gpu.bytes_per_s) + in_ram / ram_bytes_per_s


def _prompt_s(
    shape: ModelShape, request: FitRequest, placement: Placement, gpu: GpuFigures, prompt: int
) -> tuple[float, float] | None:
    """Weights in RAM are streamed over the bus once for every batch."""
    if gpu.prompt_flops is None:
        return None
    work_s = 2 * prompt * shape.active_parameters / gpu.prompt_flops
    streamed = max(0, placement.ram_bytes - shape.input_bytes) if _in_ram(shape, placement) else 0
    batches = -(-prompt // request.ubatch)
    low, high = (
        work_s * error + streamed * batches / bus
        for error, bus in zip(_PROMPT_ERROR, reversed(_PCIE_BYTES_PER_S), strict=True)
    )
    return round(low + _ANSWER_S, 2), round(high + _ANSWER_S, 2)


def _in_ram(shape: ModelShape, placement: Placement) -> bool:
    return placement.gpu_layers < shape.offloadable or placement.cpu_expert_layers > 0
