"""The header of a GGUF file: what a model says about itself, and where its tensors lie.

Facts: ggml's docs/gguf.md, versions 2 and 3, little-endian; the limits of llama.cpp's reader (four dimensions, an
alignment that is a power of two, no key twice). Reading keeps the scalars and texts and passes over long arrays.
"""

from __future__ import annotations

import math
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from arriero.store.errors import (
    GgufBigEndian,
    GgufError,
    GgufHostile,
    GgufMissing,
    GgufNotAFile,
    GgufTruncated,
    GgufUnknownTensorType,
    GgufUnreadable,
    GgufUnsupportedVersion,
    NotGguf,
)
from arriero.store.faults import owner_name
from arriero.store.ggml_types import FILE_TYPES, TENSOR_TYPES, UNKNOWN
from arriero.store.gguf_cursor import ARRAY, MAX_KEY_BYTES, SCALARS, STRING, Cursor

_MAGIC = b"GGUF"
_MAGIC_SWAPPED = b"FUGG"
_MAX_ENTRIES = 65_536  # key-values and tensors each; the largest public models have some thousands
_MAX_ELEMENTS = 1 << 22  # of all arrays together, when they are read in full
_MAX_DIMENSIONS = 4
_MAX_INT64 = (1 << 63) - 1
_DEFAULT_ALIGNMENT = 32


@dataclass(frozen=True)
class ArraySummary:
    """An array that was passed over: `type` as in `uint32` or `string`, and how many elements it has."""

    type: str
    count: int


GgufValue = bool | int | float | str | tuple["bool | int | float | str", ...] | ArraySummary


@dataclass(frozen=True)
class TensorInfo:
    """`offset` counts from the header's `data_offset`; `size_bytes` is None for a type that is not known here."""

    name: str
    shape: tuple[int, ...]
    type_number: int
    offset: int

    @property
    def type_name(self) -> str:
        known = TENSOR_TYPES.get(self.type_number)
        return known.name if known else UNKNOWN

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def size_bytes(self) -> int | None:
        known = TENSOR_TYPES.get(self.type_number)
        return None if known is None else -(-self.elements // known.block) * known.block_bytes


@dataclass(frozen=True)
class GgufHeader:
    """Arrays in `metadata` are ArraySummary, or tuples when read in full."""

    path: Path
    version: int
    metadata: Mapping[str, GgufValue]
    tensors: tuple[TensorInfo, ...]
    alignment: int
    data_offset: int
    file_size_bytes: int

    @property
    def parameter_count(self) -> int:
        return sum(tensor.elements for tensor in self.tensors)

    @property
    def architecture(self) -> str | None:
        return self.text("general.architecture")

    @property
    def quantization(self) -> str:
        """Ollama's name of `general.file_type`: Q4_K_M; "unknown" when it says nothing known."""
        number = self.metadata.get("general.file_type")
        return FILE_TYPES.get(number, UNKNOWN) if isinstance(number, int) else UNKNOWN

    @property
    def chat_template(self) -> str | None:
        """The Jinja template that the model came with."""
        return self.text("tokenizer.chat_template")

    @property
    def context_length(self) -> int | None:
        return self.number("context_length")

    @property
    def embedding_length(self) -> int | None:
        return self.number("embedding_length")

    @property
    def is_embedding(self) -> bool:
        """Ollama takes a model for an embedding model when it has this key, whatever its value."""
        return f"{self.architecture}.pooling_type" in self.metadata

    def text(self, key: str) -> str | None:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | None:
        """A whole number below the architecture's prefix (`context_length` -> `llama.context_length`)."""
        value = self.metadata.get(f"{self.architecture}.{key}")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def model_info(self) -> dict[str, object]:
        """What `/api/show` calls model_info, sorted: without name and chat template; a passed-over array is None.

        Numbers that JSON does not have (NaN, infinities) are None too.
        """
        hidden = ("general.name", "tokenizer.chat_template")
        shown: dict[str, object] = {key: _shown(value) for key, value in self.metadata.items() if key not in hidden}
        shown["general.parameter_count"] = self.parameter_count
        return dict(sorted(shown.items()))

    def require_complete(self) -> None:
        """That all tensors lie inside the file. Raises GgufTruncated, GgufUnknownTensorType."""
        end = self.data_offset
        for tensor in self.tensors:
            if tensor.size_bytes is None:
                raise GgufUnknownTensorType(self.path, tensor.name, tensor.type_number)
            end = max(end, self.data_offset + tensor.offset + tensor.size_bytes)
        if end > self.file_size_bytes:
            raise GgufTruncated(self.path, self.file_size_bytes, end)


def read_header(
    source: Path | BinaryIO, *, limit_bytes: int = 64 << 20, full_arrays: bool = False, number_arrays: int = 0
) -> GgufHeader:
    """Reads at most `limit_bytes` of a file, or of a seekable stream from its start. Raises errors below GgufError.

    `full_arrays`: all of them are kept; otherwise those of up to `number_arrays` numbers.
    """
    arrays = _Arrays(full_arrays, number_arrays)
    if not isinstance(source, Path):
        return _read(source, Path(str(getattr(source, "name", "<stream>"))), limit_bytes, arrays)
    try:
        if not stat.S_ISREG(source.stat().st_mode):
            raise GgufNotAFile(source)
        with source.open("rb", buffering=1 << 18) as opened:
            return _read(opened, source, limit_bytes, arrays)
    except FileNotFoundError as error:
        raise GgufMissing(source) from error
    except OSError as error:
        raise GgufUnreadable(source, owner_name(source), error.strerror or str(error)) from error


@dataclass(frozen=True)
class _Arrays:
    """Which arrays are kept: `all` of them, or those of up to `numbers` numbers."""

    all: bool
    numbers: int

    def keeps(self, kind: int, count: int) -> bool:
        return self.all or (kind != STRING and count <= self.numbers)


def _read(source: BinaryIO, path: Path, limit_bytes: int, arrays: _Arrays) -> GgufHeader:
    size = source.seek(0, 2)
    source.seek(0)
    cursor = Cursor(source, path, size, limit_bytes)
    version = _version(cursor)
    tensor_count = cursor.count("tensors", _MAX_ENTRIES, 24)
    entry_count = cursor.count("key_values", _MAX_ENTRIES, 13)
    metadata = _Metadata(cursor, arrays).read(entry_count)
    tensors = tuple(_tensor(cursor) for _ in range(tensor_count))
    alignment = _alignment(cursor, metadata)
    data_offset = -(-cursor.offset // alignment) * alignment
    return GgufHeader(path, version, MappingProxyType(metadata), tensors, alignment, data_offset, size)


def _version(cursor: Cursor) -> int:
    try:
        magic = cursor.take(4)
    except GgufTruncated as error:
        raise NotGguf(cursor.path) from error
    if magic == _MAGIC_SWAPPED:
        raise GgufBigEndian(cursor.path)
    if magic != _MAGIC:
        raise NotGguf(cursor.path)
    version = cursor.u32()
    if version & 0xFFFF == 0:  # 3 in the other byte order is 0x03000000
        raise GgufBigEndian(cursor.path)
    if version not in (2, 3):
        raise GgufUnsupportedVersion(cursor.path, version)
    return version


class _Metadata:
    """Reads the key-values; `_budget` is how many array elements may still be kept."""

    def __init__(self, cursor: Cursor, arrays: _Arrays) -> None:
        self._cursor = cursor
        self._arrays = arrays
        self._budget = _MAX_ELEMENTS

    def read(self, count: int) -> dict[str, GgufValue]:
        values: dict[str, GgufValue] = {}
        for _ in range(count):
            key = self._cursor.text("key_bytes", MAX_KEY_BYTES)
            if key in values:
                raise self._cursor.malformed("key_twice", key[:80])
            kind = self._cursor.u32()
            values[key] = self._array() if kind == ARRAY else self._single(kind)
        return values

    def _single(self, kind: int) -> bool | int | float | str:
        if kind == STRING:
            return self._cursor.text("text_bytes", self._cursor.limit_bytes)
        if kind not in SCALARS:
            raise self._cursor.malformed("value_type", kind)
        return self._cursor.scalar(SCALARS[kind])

    def _array(self) -> GgufValue:
        kind = self._cursor.u32()
        if kind != STRING and kind not in SCALARS:  # arrays of arrays too: llama.cpp and Ollama refuse them
            raise self._cursor.malformed("array_type", kind)
        count = self._cursor.count(
            "array_elements", self._cursor.limit_bytes, 8 if kind == STRING else SCALARS[kind].size
        )
        return self._kept(kind, count) if self._arrays.keeps(kind, count) else self._passed_over(kind, count)

    def _kept(self, kind: int, count: int) -> tuple[bool | int | float | str, ...]:
        self._budget -= count
        if self._budget < 0:
            raise GgufHostile(self._cursor.path, "array_elements", count, _MAX_ELEMENTS)
        return tuple(self._single(kind) for _ in range(count))

    def _passed_over(self, kind: int, count: int) -> ArraySummary:
        if kind == STRING:
            self._cursor.skip_texts(count)
            return ArraySummary("string", count)
        self._cursor.skip(count * SCALARS[kind].size)
        return ArraySummary(SCALARS[kind].name, count)


def _tensor(cursor: Cursor) -> TensorInfo:
    name = cursor.text("tensor_name_bytes", MAX_KEY_BYTES)
    dimensions = cursor.u32()
    if dimensions > _MAX_DIMENSIONS:
        raise GgufHostile(cursor.path, "tensor_dimensions", dimensions, _MAX_DIMENSIONS)
    tensor = TensorInfo(name, tuple(cursor.u64() for _ in range(dimensions)), cursor.u32(), cursor.u64())
    for what, value in (("tensor_elements", tensor.elements), ("tensor_offset", tensor.offset)):
        if value > _MAX_INT64:
            raise GgufHostile(cursor.path, what, value, _MAX_INT64)
    return tensor


def _alignment(cursor: Cursor, metadata: Mapping[str, GgufValue]) -> int:
    value = metadata.get("general.alignment", _DEFAULT_ALIGNMENT)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0 or value & (value - 1):
        raise cursor.malformed("alignment", value)
    return value


def _shown(value: GgufValue) -> object:
    if isinstance(value, ArraySummary):
        return None
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


__all__ = ["ArraySummary", "GgufError", "GgufHeader", "GgufValue", "TensorInfo", "read_header"]
