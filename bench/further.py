"""Shapes of other kinds of models: grouped experts, sliding windows, tied embeddings, a state instead of a cache."""

from __future__ import annotations

from dataclasses import replace

from bench.sparse_gguf import Model, Value
from bench.wanted import Shapes, dense


def _with(model: Model, added: Shapes) -> Model:
    """`added` to every block, by the tensor's name inside it."""
    blocks = {f"blk.{i}.{name}": shape for i in range(model.layers) for name, shape in added.items()}
    return replace(model, shapes={**model.shapes, **blocks})


def _without(model: Model, part: str) -> Model:
    return replace(model, shapes={name: shape for name, shape in model.shapes.items() if part not in name})


def _qwen3_moe() -> Model:
    base = dense(
        "Qwen3-30B-A3B",
        "qwen3moe",
        layers=48,
        width=2048,
        heads=32,
        kv_heads=4,
        feed_forward=6144,
        vocabulary=151_936,
        trained=40_960,
        extra={"expert_count": 128, "expert_used_count": 8, "expert_feed_forward_length": 768},
    )
    for part in ("ffn_gate.", "ffn_up.", "ffn_down."):
        base = _without(base, part)
    experts: Shapes = {
        "ffn_gate_inp.weight": (2048, 128),
        "ffn_gate_exps.weight": (2048, 768, 128),
        "ffn_up_exps.weight": (2048, 768, 128),
        "ffn_down_exps.weight": (768, 2048, 128),
    }
    return _with(base, {**experts, "attn_q_norm.weight": (128,), "attn_k_norm.weight": (128,)})


def _mixtral() -> Model:
    base = dense(
        "Mixtral-8x7B",
        "llama",
        layers=32,
        width=4096,
        heads=32,
        kv_heads=8,
        feed_forward=14_336,
        vocabulary=32_000,
        trained=32_768,
        extra={"expert_count": 8, "expert_used_count": 2},
    )
    for part in ("ffn_gate.", "ffn_up.", "ffn_down."):
        base = _without(base, part)
    inner = dict.fromkeys(("ffn_gate_exps.weight", "ffn_up_exps.weight"), (4096, 14_336, 8))
    return _with(base, {"ffn_gate_inp.weight": (4096, 8), **inner, "ffn_down_exps.weight": (14_336, 4096, 8)})


def _qwen3() -> Model:
    base = dense(
        "Qwen3-4B",
        "qwen3",
        layers=36,
        width=2560,
        heads=32,
        kv_heads=8,
        feed_forward=9728,
        vocabulary=151_936,
        trained=40_960,
        tied=True,
    )
    return _with(base, dict.fromkeys(("attn_q_norm.weight", "attn_k_norm.weight"), (128,)))


def _gemma3() -> Model:
    base = dense(
        "Gemma-3-4B",
        "gemma3",
        layers=34,
        width=2560,
        heads=8,
        kv_heads=4,
        head=256,
        feed_forward=10_240,
        vocabulary=262_144,
        trained=131_072,
        tied=True,
        extra={"attention.sliding_window": 1024},
    )
    norms: Shapes = dict.fromkeys(("post_attention_norm.weight", "post_ffw_norm.weight"), (2560,))
    norms |= dict.fromkeys(("attn_q_norm.weight", "attn_k_norm.weight"), (256,))
    return _with(base, norms)


def _mamba() -> Model:
    width, inner, state, rank = 2560, 5120, 16, 160
    shapes: Shapes = {"token_embd.weight": (width, 50_280), "output_norm.weight": (width,)}
    for i in range(64):
        shapes |= {
            f"blk.{i}.attn_norm.weight": (width,),
            f"blk.{i}.ssm_in.weight": (width, 2 * inner),
            f"blk.{i}.ssm_conv1d.weight": (4, inner),
            f"blk.{i}.ssm_conv1d.bias": (inner,),
            f"blk.{i}.ssm_x.weight": (inner, rank + 2 * state),
            f"blk.{i}.ssm_dt.weight": (rank, inner),
            f"blk.{i}.ssm_dt.bias": (inner,),
            f"blk.{i}.ssm_a": (state, inner),
            f"blk.{i}.ssm_d": (inner,),
            f"blk.{i}.ssm_out.weight": (inner, width),
        }
    metadata: dict[str, Value] = {
        "block_count": 64,
        "context_length": 1_048_576,
        "embedding_length": width,
        "feed_forward_length": 0,
        "attention.head_count": 0,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "ssm.conv_kernel": 4,
        "ssm.inner_size": inner,
        "ssm.state_size": state,
        "ssm.time_step_rank": rank,
    }
    return Model("Mamba-2.8B", "mamba", 64, 50_280, shapes, metadata)


LLAMA_3B = dense(
    "Llama-3.2-3B",
    "llama",
    layers=28,
    width=3072,
    heads=24,
    kv_heads=8,
    feed_forward=8192,
    vocabulary=128_256,
    trained=131_072,
    tied=True,
)
QWEN3 = _qwen3()
MIXTRAL = _mixtral()
QWEN3_MOE = _qwen3_moe()
GEMMA3 = _gemma3()
MAMBA = _mamba()
