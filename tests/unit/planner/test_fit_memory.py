"""Predicted bytes against the published sizes and against the GPU buffers that llama.cpp's own estimator gave.

The table was computed with libllama b11434 in its size-only mode on a device that answers as CUDA does on compute
capability 7.5: weights + KV + compute in MiB, ubatch 512, flash attention, one slot.
"""

from __future__ import annotations

import pytest
from bench.further import GEMMA3, LLAMA_3B, MAMBA
from bench.sparse_gguf import Model
from bench.wanted import DEEPSEEK, MISTRAL, QWEN, V2_LITE, V2_LITE_MLA
from fit_shapes import MIB, shape_of

from arriero.engine.llama import child
from arriero.planner.fit.memory import CPU_UBATCH, GPU_UBATCH, FitRequest, compute_bytes, kv_bytes
from arriero.planner.fit.placing import place
from arriero.stack.plan import NATIVE_MARGIN_MIB

PUBLISHED = [
    (QWEN, 4_677_120_000),
    (MISTRAL, 4_372_054_016),
    (DEEPSEEK, 4_081_713_152),
    (V2_LITE, 10_360_420_352),
]
WHOLE = [
    (QWEN, "f16", {4: 4535, 8: 4763, 16: 5219, 32: 6131}),
    (QWEN, "q8_0", {4: 4430, 8: 4553, 16: 4799, 32: 5291}),
    (DEEPSEEK, "f16", {4: 5970, 8: 8022, 16: 12_126}),
    (DEEPSEEK, "q8_0", {4: 5018, 8: 6174, 16: 8486}),
    (MISTRAL, "f16", {4: 4730, 8: 5246, 16: 6278, 32: 8342}),
    (V2_LITE_MLA, "f16", {4: 9980, 8: 10_106, 16: 10_357, 32: 10_859}),
    (V2_LITE_MLA, "q8_0", {4: 9923, 8: 9993, 16: 10_139, 32: 10_431}),
    (V2_LITE, "f16", {4: 11_028, 8: 12_260, 16: 14_724, 32: 19_652}),
]
EXPERTS_IN_RAM = [
    (V2_LITE_MLA, 10, {8: 7143}),
    (V2_LITE_MLA, 12, {8: 6439, 16: 6690, 32: 7192}),
    (V2_LITE_MLA, 13, {8: 6120}),
    (V2_LITE_MLA, 14, {8: 5801, 16: 6052, 32: 6554}),
    (V2_LITE_MLA, 16, {8: 5097, 16: 5348, 32: 5850}),
    (V2_LITE, 18, {8: 6375}),
    (V2_LITE, 19, {8: 6056}),
    (V2_LITE, 20, {8: 5737}),
]
PER_TOKEN = [
    (QWEN, (57_344, 30_464, 16_128)),
    (DEEPSEEK, (524_288, 278_528, 147_456)),
    (MISTRAL, (131_072, 69_632, 36_864)),
    (V2_LITE_MLA, (31_104, 16_524, 8748)),
    (V2_LITE, (276_480, 146_880, 77_760)),
]


def rows(table: list[tuple[Model, object, dict[int, int]]]) -> list[tuple[Model, object, int, int]]:
    return [(model, what, thousands, mib) for model, what, row in table for thousands, mib in row.items()]


@pytest.mark.parametrize(("model", "size_bytes"), PUBLISHED, ids=lambda v: getattr(v, "name", v))
def test_the_generated_files_have_the_published_bytes(model: Model, size_bytes: int) -> None:
    assert model.tensor_bytes == size_bytes == shape_of(model).tensor_bytes


@pytest.mark.parametrize(("model", "kv_cache", "thousands", "mib"), rows(WHOLE), ids=lambda v: getattr(v, "name", v))
def test_the_whole_model_on_the_gpu(model: Model, kv_cache: str, thousands: int, mib: int) -> None:
    shape = shape_of(model)
    placed = place(shape, FitRequest(thousands * 1024, kv_cache), shape.offloadable)
    assert -1 <= placed.vram_bytes / MIB - mib <= 16


@pytest.mark.parametrize(
    ("model", "count", "thousands", "mib"), rows(EXPERTS_IN_RAM), ids=lambda v: getattr(v, "name", v)
)
def test_experts_in_ram(model: Model, count: int, thousands: int, mib: int) -> None:
    shape = shape_of(model)
    placed = place(shape, FitRequest(thousands * 1024), shape.offloadable, count)
    assert -1 <= placed.vram_bytes / MIB - mib <= 16


@pytest.mark.parametrize(("ubatch", "mib"), [(128, 37), (256, 74), (512, 147), (1024, 294), (2048, 588)])
def test_the_compute_buffer_grows_with_the_batch(ubatch: int, mib: int) -> None:
    predicted = compute_bytes(shape_of(QWEN), FitRequest(8192, ubatch=ubatch), on_gpu=True) / MIB
    assert -1 <= predicted - mib <= 30 * ubatch / 2048 + 1


@pytest.mark.parametrize(("model", "sizes"), PER_TOKEN, ids=lambda v: getattr(v, "name", ""))
def test_a_token_of_context(model: Model, sizes: tuple[int, int, int]) -> None:
    layers = shape_of(model).layers
    for kv_cache, size in zip(("f16", "q8_0", "q4_0"), sizes, strict=True):
        assert sum(kv_bytes(layer, FitRequest(256, kv_cache)) for layer in layers) == 256 * size


def test_a_tied_table_is_on_both_sides() -> None:
    """A published CUDA log of Llama 3.2 3B Q4_K_M: 1918.36 MiB on the GPU, 308.24 for the table on the CPU."""
    shape = shape_of(LLAMA_3B)
    assert round(shape.gpu_bytes / MIB, 1) == 1918.4
    assert round(shape.input_bytes / MIB, 1) == 308.2
    assert shape.gpu_bytes == shape.tensor_bytes


def test_a_window_bounds_the_cache_of_its_layers_only() -> None:
    """llama.cpp's own log for this shape: 5 layers with 8,192 cells, 160 MiB; 29 with 1,536, 174 MiB."""
    sizes = [kv_bytes(layer, FitRequest(8192)) for layer in shape_of(GEMMA3).layers]
    whole, windowed = max(sizes), min(sizes)
    assert (sizes.count(whole), sizes.count(windowed)) == (5, 29)
    assert (5 * whole, 29 * windowed) == (160 * MIB, 174 * MIB)


def test_a_recurrent_state_does_not_grow_with_the_context() -> None:
    """llama.cpp's own log for this shape: 23.75 MiB for each sequence."""
    for context in (256, 65_536):
        assert sum(kv_bytes(layer, FitRequest(context, slots=2)) for layer in shape_of(MAMBA).layers) == 47.5 * MIB


def test_batches_and_the_margin_are_those_of_the_engine() -> None:
    assert (GPU_UBATCH, CPU_UBATCH) == (child.GPU_BATCH, child.CPU_BATCH)
    assert child.FIT_MARGIN_MIB == NATIVE_MARGIN_MIB
