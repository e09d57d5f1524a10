"""GGUF files with the true shape of a model and none of its data: header, a vocabulary of full size, tensor table.

The file is extended to its full length without being written, so that it takes a few megabytes of the disk; llama.cpp
loads it like any other. Which type each tensor gets are llama.cpp's rules for Q4_K_M and Q5_K_M (src/llama-quant.cpp,
llama_tensor_get_type): that they give the byte counts of the published files shows that they are right.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from arriero.store.ggml_types import TENSOR_TYPES

_NUMBER_OF = {known.name: number for number, known in TENSOR_TYPES.items()}
_FALLBACK = {"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}  # rows that are no multiple of 256
_FILE_TYPE = {"Q4_K": 15, "Q5_K": 17}
_ALIGNMENT = 32
Value = int | float | str | bool | list[str] | list[int] | list[float]


@dataclass(frozen=True)
class Tensor:
    name: str
    shape: tuple[int, ...]
    type: str

    @property
    def size_bytes(self) -> int:
        known, elements = TENSOR_TYPES[_NUMBER_OF[self.type]], 1
        for size in self.shape:
            elements *= size
        return elements // known.block * known.block_bytes


@dataclass(frozen=True)
class Model:
    """`shapes`: every tensor, its blocks in order; `metadata` without the architecture's prefix; `merges`: how many its
    tokenizer has."""

    name: str
    architecture: str
    layers: int
    vocabulary: int
    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, Value] = field(default_factory=dict)
    base: str = "Q4_K"
    merges: int = 1

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return tuple(Tensor(name, shape, self._type(name, shape)) for name, shape in self.shapes.items())

    @property
    def tensor_bytes(self) -> int:
        return sum(tensor.size_bytes for tensor in self.tensors)

    def _type(self, name: str, shape: tuple[int, ...]) -> str:
        if len(shape) == 1 or "ffn_gate_inp" in name or "ssm_conv1d" in name or name.endswith("ssm_a"):
            return "F32"
        tied = name == "token_embd.weight" and "output.weight" not in self.shapes
        better = name == "output.weight" or tied or (_improvable(name) and self._more_bits(_block(name)))
        wanted = "Q6_K" if better else self.base
        return _FALLBACK[wanted] if shape[0] % 256 else wanted

    def _more_bits(self, block: int) -> bool:
        eighth = self.layers // 8
        return block < eighth or block >= 7 * self.layers // 8 or (block - eighth) % 3 == 2

    def write(self, path: Path, *, words: bool = True) -> Path:
        """The file at `path`, sparse. Returns the path. Without `words` llama.cpp would not load it."""
        entries: dict[str, Value] = {
            "general.architecture": self.architecture,
            "general.name": self.name,
            "general.file_type": _FILE_TYPE[self.base],
            **{f"{self.architecture}.{key}": value for key, value in self.metadata.items()},
            **(_vocabulary(self.vocabulary, self.merges) if words else {}),
        }
        padded = [-(-tensor.size_bytes // _ALIGNMENT) * _ALIGNMENT for tensor in self.tensors]
        offsets = list(accumulate(padded, initial=0))
        head = struct.pack("<4sIQQ", b"GGUF", 3, len(self.tensors), len(entries))
        head += b"".join(_text(key) + _value(value) for key, value in entries.items())
        head += b"".join(_info(t, offset) for t, offset in zip(self.tensors, offsets, strict=False))
        with path.open("wb") as out:
            out.write(head)
            out.truncate(-(-len(head) // _ALIGNMENT) * _ALIGNMENT + offsets[-1])
        return path


def _improvable(name: str) -> bool:
    return "attn_v.weight" in name or "ffn_down" in name


def _block(name: str) -> int:
    return int(name.split(".")[1])


def _vocabulary(count: int, merges: int) -> dict[str, Value]:
    """`count` tokens of byte-pair encoding: the 256 bytes as GPT-2 spells them, then words that no text has."""
    letters = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spelt = [chr(c) for c in letters] + [chr(256 + i) for i in range(256 - len(letters))]
    words = [*spelt, *(f"<{i}>" for i in range(count - 258)), "<|start|>", "<|end|>"]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": words,
        "tokenizer.ggml.token_type": [1] * (count - 2) + [3, 3],
        "tokenizer.ggml.merges": [f"<{i} >" for i in range(merges)],
        "tokenizer.ggml.bos_token_id": count - 2,
        "tokenizer.ggml.eos_token_id": count - 1,
    }


def _info(tensor: Tensor, offset: int) -> bytes:
    shape = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
    return _text(tensor.name) + shape + struct.pack("<IQ", _NUMBER_OF[tensor.type], offset)


def _value(value: Value) -> bytes:
    if isinstance(value, list):
        inner = 5 if isinstance(value[0], int) else _kind(value[0])  # token types must be signed
        return struct.pack("<IIQ", 9, inner, len(value)) + b"".join(_bare(item) for item in value)
    return struct.pack("<I", _kind(value)) + _bare(value)


def _kind(value: object) -> int:
    return {bool: 7, int: 4, float: 6, str: 8}[type(value)]


def _bare(value: object) -> bytes:
    if isinstance(value, str):
        return _text(value)
    return struct.pack({bool: "<?", int: "<I", float: "<f"}[type(value)], value)


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()
