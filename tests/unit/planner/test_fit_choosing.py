"""Which settings the plan chooses, and why."""

from __future__ import annotations

import pytest
from bench.sparse_gguf import Model
from bench.wanted import DEEPSEEK, MISTRAL, QWEN, V2_LITE
from fit_shapes import MIB, shape_of

from arriero.planner.fit.choosing import Choice, choose
from arriero.planner.fit.memory import FitRequest
from arriero.planner.fit.predicting import Budget, predict


def choices(model: Model, context: int, budget_mib: int | None, kv_cache: str = "f16") -> dict[str, Choice]:
    shape, request = shape_of(model), FitRequest(context, kv_cache)
    budget = Budget(None if budget_mib is None else budget_mib * MIB)
    return {c.name: c for c in choose(shape, request, budget, predict(shape, request, budget), "none")}


@pytest.mark.parametrize(
    ("model", "context", "now", "chosen", "why"),
    [
        (QWEN, 32_768, "q8_0", "f16", "fit.kv_fastest"),
        (DEEPSEEK, 8192, "f16", "q8_0", "fit.kv_saves"),
        (DEEPSEEK, 16_384, "q8_0", "q8_0", "fit.kv_never"),
        (MISTRAL, 32_768, "f16", "q4_0", "fit.kv_saves"),
    ],
)
def test_the_most_exact_cache_that_fits(model: Model, context: int, now: str, chosen: str, why: str) -> None:
    found = choices(model, context, 6327, now)["kv_cache"]
    assert (found.now, found.chosen, found.reason.code) == (now, chosen, why)


def test_flash_attention_and_what_it_saves() -> None:
    """Qwen2.5-7B with 32k: 1,893 MiB of compute without it, 171 with it."""
    found = choices(QWEN, 32_768, 6900)["flash_attention"]
    saved = found.reason.params["saves_bytes"]
    assert isinstance(saved, int)
    assert (found.chosen, found.key) == ("on", "")
    assert 1650 <= saved / MIB <= 1850


def test_the_old_layout_of_v2_lite() -> None:
    found = choices(V2_LITE, 8192, 6327)
    assert found["flash_attention"].chosen == "off"
    assert found["cpu_expert_layers"].chosen == "19"
    assert found["kv_cache"].chosen == "f16"


def test_without_a_card_there_is_nothing_to_choose() -> None:
    assert choices(QWEN, 8192, None) == {}
    assert choices(QWEN, 8192, 200) == {}
