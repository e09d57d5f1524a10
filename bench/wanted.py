"""The true shapes of the models that people want to run here, from their published configurations."""

from __future__ import annotations

from bench.sparse_gguf import Model, Value

Shapes = dict[str, tuple[int, ...]]


def dense(
    name: str,
    architecture: str,
    *,
    layers: int,
    width: int,
    heads: int,
    kv_heads: int,
    feed_forward: int,
    vocabulary: int,
    trained: int,
    head: int = 128,
    biased: bool = False,
    tied: bool = False,
    extra: dict[str, Value] | None = None,
    merges: int = 1,
) -> Model:
    """A transformer of the llama kind. `biased`: with biases on query, key and value, as Qwen2 has them."""
    shapes: Shapes = {"token_embd.weight": (width, vocabulary)}
    for i in range(layers):
        shapes |= _attention(f"blk.{i}", width, heads * head, kv_heads * head, biased=biased)
        shapes |= _feed_forward(f"blk.{i}", width, feed_forward)
    shapes["output_norm.weight"] = (width,)
    if not tied:
        shapes["output.weight"] = (width, vocabulary)
    metadata: dict[str, Value] = {
        **_common(layers, width, heads, feed_forward, trained),
        "attention.head_count_kv": kv_heads,
        "rope.freq_base": 1_000_000.0,
        **({"attention.key_length": head, "attention.value_length": head} if head * heads != width else {}),
        **(extra or {}),
    }
    return Model(name, architecture, layers, vocabulary, shapes, metadata, merges=merges)


def _common(layers: int, width: int, heads: int, feed_forward: int, trained: int) -> dict[str, Value]:
    return {
        "block_count": layers,
        "context_length": trained,
        "embedding_length": width,
        "feed_forward_length": feed_forward,
        "attention.head_count": heads,
        "attention.layer_norm_rms_epsilon": 1e-6,
    }


def _attention(block: str, width: int, queries: int, keys: int, *, biased: bool) -> Shapes:
    shapes: Shapes = {
        f"{block}.attn_norm.weight": (width,),
        f"{block}.attn_q.weight": (width, queries),
        f"{block}.attn_k.weight": (width, keys),
        f"{block}.attn_v.weight": (width, keys),
        f"{block}.attn_output.weight": (queries, width),
    }
    biases: Shapes = {f"{block}.attn_{part}.bias": (size,) for part, size in (("q", queries), ("k", keys), ("v", keys))}
    return shapes | biases if biased else shapes


def _feed_forward(block: str, width: int, inner: int) -> Shapes:
    return {
        f"{block}.ffn_norm.weight": (width,),
        f"{block}.ffn_gate.weight": (width, inner),
        f"{block}.ffn_up.weight": (width, inner),
        f"{block}.ffn_down.weight": (inner, width),
    }


def v2_lite(*, latent: bool) -> Model:
    """DeepSeek-Coder-V2-Lite. `latent`: converted since April 2025, with the cache of one latent row per layer."""
    layers, width, heads, nope, rope, value, rank = 27, 2048, 16, 128, 64, 128, 512
    shapes: Shapes = {"token_embd.weight": (width, 102_400)}
    for i in range(layers):
        block = f"blk.{i}"
        shapes |= {
            f"{block}.attn_norm.weight": (width,),
            f"{block}.attn_q.weight": (width, heads * (nope + rope)),
            f"{block}.attn_kv_a_mqa.weight": (width, rank + rope),
            f"{block}.attn_kv_a_norm.weight": (rank,),
            f"{block}.attn_output.weight": (heads * value, width),
        }
        if latent:
            shapes |= {
                f"{block}.attn_k_b.weight": (nope, rank, heads),
                f"{block}.attn_v_b.weight": (rank, value, heads),
            }
        else:
            shapes[f"{block}.attn_kv_b.weight"] = (rank, heads * (nope + value))
        shapes |= _feed_forward(block, width, 10_944) if i == 0 else _experts(block, width)
    shapes |= {"output_norm.weight": (width,), "output.weight": (width, 102_400)}
    metadata: dict[str, Value] = {
        **_common(layers, width, heads, 10_944, 163_840),
        "attention.head_count_kv": 1 if latent else heads,
        "attention.kv_lora_rank": rank,
        "attention.key_length": rank + rope if latent else nope + rope,
        "attention.value_length": rank if latent else value,
        **({"attention.key_length_mla": nope + rope, "attention.value_length_mla": value} if latent else {}),
        "rope.dimension_count": rope,
        "rope.freq_base": 10_000.0,
        "expert_count": 64,
        "expert_used_count": 6,
        "expert_shared_count": 2,
        "expert_feed_forward_length": 1408,
        "expert_weights_scale": 1.0,
        "leading_dense_block_count": 1,
    }
    name = "DeepSeek-Coder-V2-Lite" + (" (MLA)" if latent else " (published)")
    return Model(name, "deepseek2", layers, 102_400, shapes, metadata)


def _experts(block: str, width: int) -> Shapes:
    return {
        f"{block}.ffn_norm.weight": (width,),
        f"{block}.ffn_gate_inp.weight": (width, 64),
        f"{block}.ffn_gate_exps.weight": (width, 1408, 64),
        f"{block}.ffn_down_exps.weight": (1408, width, 64),
        f"{block}.ffn_up_exps.weight": (width, 1408, 64),
        f"{block}.ffn_gate_shexp.weight": (width, 2816),
        f"{block}.ffn_down_shexp.weight": (2816, width),
        f"{block}.ffn_up_shexp.weight": (width, 2816),
    }


QWEN = dense(
    "Qwen2.5-Coder-7B",
    "qwen2",
    layers=28,
    width=3584,
    heads=28,
    kv_heads=4,
    feed_forward=18_944,
    vocabulary=152_064,
    trained=32_768,
    biased=True,
    merges=151_387,
)
MISTRAL = dense(
    "Mistral-7B-v0.3",
    "llama",
    layers=32,
    width=4096,
    heads=32,
    kv_heads=8,
    feed_forward=14_336,
    vocabulary=32_768,
    trained=32_768,
)
DEEPSEEK = dense(
    "DeepSeek-Coder-6.7B",
    "llama",
    layers=32,
    width=4096,
    heads=32,
    kv_heads=32,
    feed_forward=11_008,
    vocabulary=32_256,
    trained=16_384,
)
V2_LITE = v2_lite(latent=False)
V2_LITE_MLA = v2_lite(latent=True)
