"""What a header must say, and what is refused: missing, absurd, of a kind whose rules are not known."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arriero.core.errors import ArrieroError
from arriero.planner.fit.errors import KindUnsupported, KvUnfit, ShapeAbsurd, ShapeUnknown
from arriero.planner.fit.memory import FitRequest, kv_bytes
from arriero.planner.fit.predicting import Budget, predict
from arriero.planner.fit.reading import ARRAY_LIMIT, read_shape
from arriero.planner.fit.shape import ModelShape
from arriero.store.errors import GgufUnknownTensorType
from arriero.store.gguf import read_header
from tiny_gguf import Tensor, tiny_gguf

Metadata = dict[str, tuple[str, object]]
GOOD: Metadata = {
    "general.architecture": ("str", "llama"),
    "llama.block_count": ("u32", 2),
    "llama.context_length": ("u32", 2048),
    "llama.embedding_length": ("u32", 64),
    "llama.feed_forward_length": ("u32", 128),
    "llama.attention.head_count": ("u32", 2),
}
TENSORS = (
    Tensor("token_embd.weight", (64, 32), 0, 0),
    Tensor("output_norm.weight", (64,), 0, 0),
    *(Tensor(f"blk.{i}.attn_k.weight", (64, 64), 0, 0) for i in range(2)),
    *(Tensor(f"blk.{i}.ffn_up.weight", (64, 128), 0, 0) for i in range(2)),
)


def shape(metadata: Metadata = GOOD, tensors: tuple[Tensor, ...] = TENSORS) -> ModelShape:
    return read_shape(read_header(io.BytesIO(tiny_gguf(metadata, tensors)), number_arrays=ARRAY_LIMIT))


def test_defaults_follow_from_what_is_there() -> None:
    layer = shape().layers[0]
    assert (layer.kv_heads, layer.key_length, layer.value_length) == (2, 32, 32)
    assert layer.weight_bytes == 4 * (64 * 64 + 64 * 128)


@pytest.mark.parametrize("key", [key for key in GOOD if key != "llama.feed_forward_length"])
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(ShapeUnknown) as raised:
        shape({name: value for name, value in GOOD.items() if name != key})
    assert raised.value.key == key


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("llama.block_count", ("u32", 4_000_000_000)),
        ("llama.context_length", ("u64", 1 << 63)),
        ("llama.embedding_length", ("u32", 1 << 31)),
        ("llama.attention.head_count", ("i32", -2)),
        ("llama.attention.head_count_kv", ("[i32]", [2, -7])),
        ("llama.attention.sliding_window", ("u64", 1 << 60)),
    ],
)
def test_what_cannot_be_is_refused(key: str, value: tuple[str, object]) -> None:
    with pytest.raises(ShapeAbsurd) as raised:
        shape({**GOOD, key: value})
    assert raised.value.key == key


@pytest.mark.parametrize("value", [("str", "two"), ("f32", 2.0), ("bool", True), ("[f32]", [1.0]), ("u32", 0)])
def test_what_is_no_count_is_as_good_as_missing(value: tuple[str, object]) -> None:
    with pytest.raises(ShapeUnknown):
        shape({**GOOD, "llama.block_count": value})


def test_blocks_that_are_promised_but_not_there() -> None:
    with pytest.raises(ShapeUnknown) as raised:
        shape({**GOOD, "llama.block_count": ("u32", 3)})
    assert raised.value.key == "blk.2"


def test_heads_may_differ_from_layer_to_layer() -> None:
    layers = shape({**GOOD, "llama.attention.head_count_kv": ("[u32]", [2, 0])}).layers
    assert [kv_bytes(layer, FitRequest(256)) for layer in layers] == [256 * 2 * 64 * 2, 0]


def test_an_unknown_architecture_gets_a_wide_margin() -> None:
    renamed: Metadata = {key.replace("llama.", "novel."): value for key, value in GOOD.items()}
    plan = predict(shape({**renamed, "general.architecture": ("str", "novel")}), FitRequest(512), Budget(1 << 30))
    assert plan.margin_bytes >= 150 << 20
    assert "fit.rough" in {reason.code for reason in plan.reasons}


@pytest.mark.parametrize("name", ["blk.0.time_mix_w1.weight", "blk.1.shortconv.conv.weight", "enc.blk.0.attn_k.weight"])
def test_kinds_with_rules_of_their_own_are_refused(name: str) -> None:
    with pytest.raises(KindUnsupported):
        shape(tensors=(*TENSORS, Tensor(name, (4, 4), 0, 0)))


def test_models_for_embeddings_are_refused() -> None:
    with pytest.raises(KindUnsupported):
        shape({**GOOD, "llama.pooling_type": ("u32", 1)})


def test_a_tensor_type_that_nobody_knows() -> None:
    with pytest.raises(GgufUnknownTensorType):
        shape(tensors=(*TENSORS, Tensor("blk.0.extra.weight", (4, 4), 99, 0)))


def test_a_cache_type_that_does_not_divide_the_heads() -> None:
    narrow = replace(shape(), layers=tuple(replace(layer, key_length=40) for layer in shape().layers))
    with pytest.raises(KvUnfit):
        predict(narrow, FitRequest(512, "q8_0"), Budget())


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {key: st.tuples(st.just("i64"), st.integers(-(1 << 63), (1 << 63) - 1)) for key in GOOD if key[0] == "l"}
    )
)
def test_whatever_the_numbers_are_it_ends_well(numbers: Metadata) -> None:
    """A plan or one of our errors; never more blocks than the bound."""
    try:
        plan = predict(shape({**GOOD, **numbers}), FitRequest(4096), Budget(8 << 30))
    except ArrieroError:
        return
    assert plan.total_bytes > 0
