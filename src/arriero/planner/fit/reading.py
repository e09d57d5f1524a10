"""From a parsed header to a ModelShape.

Facts (llama.cpp b11434 to b11549, src/llama-hparams.cpp, src/models/*): how key lengths default, which blocks of which
architecture look through a window, what a recurrent block keeps. What a block is, its tensors tell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from arriero.planner.fit.errors import KindUnsupported, ShapeUnknown
from arriero.planner.fit.keys import ARRAY_LIMIT, MAX_CONTEXT, MAX_LAYERS, Keys
from arriero.planner.fit.shape import LayerShape, ModelShape
from arriero.store.errors import GgufUnknownTensorType
from arriero.store.gguf import GgufHeader, TensorInfo

CALIBRATED = frozenset({"llama", "qwen2", "qwen3", "qwen3moe", "gemma3", "deepseek2", "mamba"})
_FLASH_HEADS = frozenset({40, 64, 72, 80, 96, 112, 128, 256})  # equal key and value, ggml-cuda/fattn.cu
_WINDOW_EVERY = {"gemma2": 2, "gemma3": 6, "gemma3n": 5, "cohere2": 4, "gpt-oss": 2, "olmo2": 4, "exaone4": 4}
_FOREIGN = ("time_mix", "shortconv", "cross_attn", "enc.blk", "dec.blk")  # RWKV, LFM2, pictures and encoders
_BLOCK = re.compile(r"blk\.(\d+)\.(.+)")


def read_shape(header: GgufHeader) -> ModelShape:
    """Of a header that was read with `number_arrays=ARRAY_LIMIT`; a file of header only will do.

    Raises ShapeUnknown, ShapeAbsurd, KindUnsupported, GgufUnknownTensorType.
    """
    keys = Keys(header)
    _refuse_foreign(header, keys)
    blocks, rest = _sorted(header, keys)
    layers = tuple(_layer(i, blocks[i], keys, len(blocks)) for i in range(len(blocks)))
    embedding = keys.required("embedding_length")
    table = rest.get("token_embd.weight")
    if table is None:
        raise ShapeUnknown("token_embd.weight")
    input_bytes = _bytes(header.path, table)
    tied = input_bytes if "output.weight" not in rest else 0
    tensor_bytes = sum(_bytes(header.path, t) for t in header.tensors)
    return ModelShape(
        architecture=keys.architecture,
        name=header.text("general.name") or "",
        quantization=header.quantization,
        trained_context=keys.required("context_length", limit=MAX_CONTEXT),
        embedding=embedding,
        vocabulary=table.shape[-1],
        heads=keys.number("attention.head_count"),
        active_parameters=_active_parameters(blocks, keys),
        tensor_bytes=tensor_bytes,
        input_bytes=input_bytes,
        output_bytes=sum(_bytes(header.path, t) for t in rest.values()) - input_bytes + tied,
        layers=layers,
        feed_floats=_feed_floats(keys, embedding) + 5 * embedding,
        attention_floats=_attention_floats(keys, embedding),
        plain_attention_floats=_plain_attention_floats(keys, embedding),
        used_experts=keys.number("expert_used_count", 0),
        experts=keys.number("expert_count", 0),
        latent=_latent(keys),
        flash=_flash(keys),
        calibrated=keys.architecture in CALIBRATED,
    )


def _refuse_foreign(header: GgufHeader, keys: Keys) -> None:
    for tensor in header.tensors:
        found = next((mark for mark in _FOREIGN if mark in tensor.name), None)
        if found:
            raise KindUnsupported(keys.architecture, found)
    if header.is_embedding:
        raise KindUnsupported(keys.architecture, "pooling_type")


def _sorted(header: GgufHeader, keys: Keys) -> tuple[Sequence[list[TensorInfo]], Mapping[str, TensorInfo]]:
    """The tensors of each block, and the others by name."""
    count = keys.required("block_count", limit=MAX_LAYERS)
    blocks: dict[int, list[TensorInfo]] = defaultdict(list)
    rest: dict[str, TensorInfo] = {}
    for tensor in header.tensors:
        found = _BLOCK.fullmatch(tensor.name)
        if found and int(found[1]) < count:
            blocks[int(found[1])].append(tensor)
        else:
            rest[tensor.name] = tensor
    if len(blocks) < count:
        raise ShapeUnknown(f"blk.{next(i for i in range(count) if i not in blocks)}")
    return [blocks[i] for i in range(count)], rest


def _layer(index: int, tensors: Sequence[TensorInfo], keys: Keys, layers: int) -> LayerShape:
    sizes = {t.name.partition(".")[2].partition(".")[2]: _bytes(Path(), t) for t in tensors}
    recurrent = any(name.startswith("ssm_") for name in sizes)
    attends = any(name.startswith(("attn_k.", "attn_kv")) for name in sizes) or (
        not recurrent and any(name.startswith("attn_qkv") for name in sizes)
    )
    key, value = _lengths(keys)
    latent = _latent(keys)
    heads = (
        1 if latent else keys.per_layer("attention.head_count_kv", layers, keys.number("attention.head_count"))[index]
    )
    return LayerShape(
        weight_bytes=sum(sizes.values()),
        expert_bytes=sum(size for name, size in sizes.items() if "_exps." in name),
        largest_bytes=max(sizes.values()),
        kv_heads=heads if attends else 0,
        key_length=key,
        value_length=0 if latent else value,
        window=_window(index, keys, layers),
        state_bytes=_state_bytes(keys) if recurrent else 0,
    )


def _active_parameters(blocks: Sequence[Sequence[TensorInfo]], keys: Keys) -> int:
    experts, used = keys.number("expert_count", 0), keys.number("expert_used_count", 0)
    tensors = [tensor for block in blocks for tensor in block]
    routed = sum(t.elements for t in tensors if "_exps." in t.name)
    return sum(t.elements for t in tensors) - routed + (routed * used // experts if experts else 0)


def _latent(keys: Keys) -> bool:
    """DeepSeek's attention with one shared row per layer: only files converted since April 2025 (llama.cpp #12801)."""
    return keys.has("attention.kv_lora_rank") and keys.has("attention.key_length_mla")


def _lengths(keys: Keys) -> tuple[int, int]:
    """Numbers of one head's key and value in the cache."""
    if _latent(keys):
        rank = keys.required("attention.kv_lora_rank")
        return rank + keys.required("rope.dimension_count"), rank
    heads = keys.number("attention.head_count")
    usual = keys.required("embedding_length") // heads if heads else 0
    return keys.number("attention.key_length", usual), keys.number("attention.value_length", usual)


def _window(index: int, keys: Keys, layers: int) -> int:
    """How far back this block looks. An architecture with a window that is not known here is taken to look all the way:
    its cache can only be smaller than that."""
    size = keys.number("attention.sliding_window", 0, limit=MAX_CONTEXT)
    if size and keys.has("attention.sliding_window_pattern"):
        pattern = keys.per_layer("attention.sliding_window_pattern", layers, 1)
        return size if len(set(pattern)) > 1 and pattern[index] else 0
    every = _WINDOW_EVERY.get(keys.architecture)
    return size if every and index % every < every - 1 else 0


def _state_bytes(keys: Keys) -> int:
    """Mamba's and its relatives': the convolution's last inputs, and the state (llama-hparams: n_embd_r, n_embd_s)."""
    inner, state = keys.required("ssm.inner_size"), keys.required("ssm.state_size")
    groups = keys.number("ssm.group_count", 0)
    convolution = max(0, keys.number("ssm.conv_kernel", 0) - 1) * (inner + 2 * groups * state)
    return 4 * (convolution + inner * state)


def _feed_floats(keys: Keys, embedding: int) -> int:
    """Per token: gate, up and their product in the widest block; of experts as many as one token uses.

    Experts narrower than half the embedding need room of their own for what they give back.
    """
    dense = 3 * keys.number("feed_forward_length", 0)
    used, inner = keys.number("expert_used_count", 0), keys.number("expert_feed_forward_length", 0)
    inner = inner or dense // 3
    experts = used * (3 * inner + (embedding if embedding > 2 * inner else 0))
    recurrent = 8 * keys.number("ssm.inner_size", 0)
    return max(dense, experts, recurrent)


def _attention_floats(keys: Keys, embedding: int) -> int:
    query, row = _query(keys), sum(_lengths(keys))
    return 3 * query + row + 5 * embedding if _latent(keys) else 3 * query + 2 * embedding


def _plain_attention_floats(keys: Keys, embedding: int) -> int:
    heads = 1 if _latent(keys) else keys.number("attention.head_count_kv", keys.number("attention.head_count"))
    return 3 * _query(keys) + heads * sum(_lengths(keys)) + 3 * embedding


def _query(keys: Keys) -> int:
    return keys.number("attention.head_count") * _lengths(keys)[0]


def _flash(keys: Keys) -> bool:
    """Whether CUDA has a kernel. Not for the old layout of DeepSeek V2, whose keys are 192 and values 128 long."""
    if keys.number("attention.head_count") == 0:
        return True
    key, value = _lengths(keys)
    return _latent(keys) or (key == value and key in _FLASH_HEADS)


def _bytes(path: Path, tensor: TensorInfo) -> int:
    if tensor.size_bytes is None:
        raise GgufUnknownTensorType(path, tensor.name, tensor.type_number)
    return tensor.size_bytes


__all__ = ["ARRAY_LIMIT", "CALIBRATED", "read_shape"]
