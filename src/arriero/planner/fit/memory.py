"""How many bytes a model takes beside its weights: the cache of its context, and the buffer it computes in.

Facts: llama.cpp b11434 to b11549 (src/llama-kv-cache.cpp, llama-kv-cache-iswa.cpp, ggml/src/ggml-cuda/fattn.cu) and
its own reservations, taken with many shapes. docs/explanation/fit.md holds the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from arriero.planner.fit.shape import LayerShape, ModelShape

KV_BLOCKS = {"f16": (1, 2), "q8_0": (32, 34), "q4_0": (32, 18)}
"""Numbers in a block, and its bytes."""
GPU_UBATCH, CPU_UBATCH = 512, 32
"""Tokens of a prompt that are computed at once: Ollama's and the engine's own, with a GPU and without."""
_PAD = 256


@dataclass(frozen=True)
class FitRequest:
    """What the model is to be loaded with. `slots`: requests at once, each with a context of its own."""

    context: int
    kv_cache: str = "f16"
    ubatch: int = 512
    slots: int = 1


def padded(tokens: int) -> int:
    """llama.cpp's caches grow in steps of 256 tokens."""
    return -(-tokens // _PAD) * _PAD


def kv_bytes(layer: LayerShape, request: FitRequest) -> int:
    """The cache of one block, or the state that it keeps instead."""
    numbers, size = KV_BLOCKS[request.kv_cache]
    row = layer.kv_row // numbers * size
    return request.slots * (_cells(layer, request) * row + layer.state_bytes)


def compute_bytes(shape: ModelShape, request: FitRequest, *, on_gpu: bool, copied_bytes: int = 0) -> int:
    """The largest of what the parts of one block need at once, for one batch of `ubatch` tokens.

    `copied_bytes`: the largest weight in RAM that is brought to the GPU for a batch.
    """
    batch = min(request.ubatch, request.context)
    peak = batch * (4 * max(shape.feed_floats, shape.attention_floats) + _mask(shape, request)) + copied_bytes
    if on_gpu:
        peak = max(peak, _attention_on_gpu(shape, request, batch))
    state = max(layer.state_bytes for layer in shape.layers) * request.slots
    return peak + state + 4 * shape.vocabulary * request.slots


def _attention_on_gpu(shape: ModelShape, request: FitRequest, batch: int) -> int:
    """Without a kernel all scores are written out, and the values once more; with one, quantized caches are turned to
    f16 for one block at a time."""
    if not shape.flash:
        scores = batch * (4 * shape.heads + 4) * padded(request.context)
        values = max(_cells(layer, request) * layer.kv_heads * layer.value_length for layer in shape.layers)
        return scores + 4 * batch * shape.plain_attention_floats + 2 * values
    if request.kv_cache == "f16":
        return 0
    numbers = max(_cells(layer, request) * layer.kv_row for layer in shape.layers)
    return 2 * numbers + batch * (4 * shape.attention_floats + _mask(shape, request))


def _cells(layer: LayerShape, request: FitRequest) -> int:
    whole = padded(request.context)
    return min(whole, padded(layer.window + min(request.ubatch, request.context))) if layer.window else whole


def _mask(shape: ModelShape, request: FitRequest) -> int:
    """Bytes per token of a batch: who may look at whom, once for each kind of window."""
    return 2 * sum({layer.window: _cells(layer, request) for layer in shape.layers if layer.kv_heads}.values())
