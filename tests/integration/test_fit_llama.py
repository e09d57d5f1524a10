"""The prediction against real llama.cpp: what it prints that it allocates, for the demo model and for true shapes.

Most runs are llama.cpp's own size-only mode (half a second each); two load the demo model for good, so that it is seen
that both say the same. `python -m bench fit` loads the large ones too.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.fit import Compared, predict_file
from bench.further import GEMMA3, MAMBA, QWEN3_MOE
from bench.llama_buffers import Load, measure
from bench.sparse_gguf import Model
from bench.wanted import QWEN, V2_LITE, V2_LITE_MLA

MIB = 1 << 20


def compare(path: Path, **how: object) -> Compared:
    load = Load(str(path), **how)  # type: ignore[arg-type]
    return Compared(path.name, load, predict_file(path, load), measure(load))


@pytest.mark.parametrize(
    ("context", "kv_cache", "ubatch", "slots", "dry"),
    [
        (4096, "f16", 512, 1, False),
        (1000, "q8_0", 32, 2, False),
        (8192, "q4_0", 512, 1, True),
        (2048, "f16", 64, 3, True),
    ],
)
def test_the_demo_model(demo_gguf: Path, context: int, kv_cache: str, ubatch: int, slots: int, dry: bool) -> None:
    found = compare(demo_gguf, context=context, kv_cache=kv_cache, ubatch=ubatch, slots=slots, dry=dry)
    assert abs(found.predicted.kv_bytes - found.allocated.kv) <= MIB // 50
    assert abs(found.predicted.compute_bytes - found.allocated.compute) <= MIB
    if not dry:
        assert found.allocated.weights is not None
        assert abs(found.predicted.weights_bytes - found.allocated.weights) <= MIB


@pytest.mark.parametrize(
    ("model", "context", "kv_cache"),
    [
        (QWEN, 32_768, "q8_0"),
        (V2_LITE, 8192, "f16"),
        (V2_LITE_MLA, 16_384, "q8_0"),
        (GEMMA3, 8192, "f16"),
        (QWEN3_MOE, 8192, "q4_0"),
    ],
    ids=lambda v: getattr(v, "name", v),
)
def test_true_shapes(model: Model, context: int, kv_cache: str, tmp_path: Path) -> None:
    found = compare(model.write(tmp_path / "model.gguf"), context=context, kv_cache=kv_cache)
    assert abs(found.error_bytes) <= 2 * MIB
    assert abs(found.predicted.kv_bytes - found.allocated.kv) <= MIB // 50


def test_a_recurrent_model_is_bounded_from_above(tmp_path: Path) -> None:
    found = compare(MAMBA.write(tmp_path / "model.gguf"), context=8192, slots=2)
    assert found.predicted.kv_bytes == found.allocated.kv
    assert 0 <= found.error_bytes <= 0.03 * found.allocated_bytes


def test_what_llama_refuses_is_told(tmp_path: Path) -> None:
    path = QWEN.write(tmp_path / "model.gguf", words=False)
    with pytest.raises(RuntimeError, match="vocab"):
        measure(Load(str(path), 512))
