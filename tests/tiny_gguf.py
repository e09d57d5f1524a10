"""Writes GGUF files for tests: an independent reading of the format, small enough to be made by the thousand."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CHATML_JINJA = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}"
    "{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

_NUMBERS = {
    "u8": (0, "<B"),
    "i8": (1, "<b"),
    "u16": (2, "<H"),
    "i16": (3, "<h"),
    "u32": (4, "<I"),
    "i32": (5, "<i"),
    "f32": (6, "<f"),
    "bool": (7, "<?"),
    "u64": (10, "<Q"),
    "i64": (11, "<q"),
    "f64": (12, "<d"),
}


@dataclass(frozen=True)
class Tensor:
    """`data_bytes`: what the data of this tensor takes in the file."""

    name: str
    shape: tuple[int, ...]
    type_number: int
    data_bytes: int


TINY_METADATA: dict[str, tuple[str, object]] = {
    "general.architecture": ("str", "llama"),
    "general.name": ("str", "Tiny"),
    "general.file_type": ("u32", 3),
    "llama.context_length": ("u32", 128),
    "llama.embedding_length": ("u32", 64),
    "llama.attention.layer_norm_rms_epsilon": ("f32", 1e-5),
    "general.languages": ("[str]", ["en"]),
    "tokenizer.ggml.tokens": ("[str]", ["<s>", "</s>", "ñandú"]),
    "tokenizer.ggml.token_type": ("[i32]", [3, 3, 1]),
    "tokenizer.chat_template": ("str", CHATML_JINJA),
}
TINY_TENSORS = (Tensor("token_embd.weight", (64, 32), 3, 64 * 32 // 32 * 20), Tensor("norm.weight", (64,), 0, 256))


def tiny_gguf(
    metadata: Mapping[str, tuple[str, object]] = TINY_METADATA,
    tensors: Sequence[Tensor] = TINY_TENSORS,
    *,
    version: int = 3,
    alignment: int = 32,
    filler: bytes = b"\x5a",
) -> bytes:
    """A whole file. Types of metadata: the keys of `_NUMBERS`, `str`, and either in brackets for an array."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    head += b"".join(_text(key) + _value(kind, value) for key, (kind, value) in metadata.items())
    infos, data = b"", b""
    for tensor in tensors:
        shape = b"".join(struct.pack("<Q", size) for size in tensor.shape)
        infos += _text(tensor.name) + struct.pack("<I", len(tensor.shape)) + shape
        infos += struct.pack("<IQ", tensor.type_number, len(data))
        data += filler * tensor.data_bytes
        data += bytes(-len(data) % alignment)
    head += infos
    return head + bytes(-len(head) % alignment) + data


def _value(kind: str, value: object) -> bytes:
    if kind.startswith("["):
        assert isinstance(value, list)
        inner = kind[1:-1]
        return struct.pack("<IIQ", 9, _number_of(inner), len(value)) + b"".join(_bare(inner, item) for item in value)
    return struct.pack("<I", _number_of(kind)) + _bare(kind, value)


def _number_of(kind: str) -> int:
    return 8 if kind == "str" else _NUMBERS[kind][0]


def _bare(kind: str, value: object) -> bytes:
    return _text(str(value)) if kind == "str" else struct.pack(_NUMBERS[kind][1], value)


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()
