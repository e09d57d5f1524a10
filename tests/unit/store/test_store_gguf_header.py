"""The GGUF header reader on files that are as they should be, and on each way in which they are not."""

from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Callable

import pytest

from arriero.store import errors
from arriero.store.gguf import ArraySummary, GgufHeader, read_header
from arriero.store.gguf_cursor import shortest_float32
from tiny_gguf import CHATML_JINJA, TINY_METADATA, TINY_TENSORS, Tensor, tiny_gguf


def header_of(data: bytes, **options: bool | int) -> GgufHeader:
    return read_header(io.BytesIO(data), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", [2, 3])
def test_a_whole_file_is_read(version: int) -> None:
    data = tiny_gguf(version=version)
    header = header_of(data)
    assert header.version == version
    assert (header.architecture, header.quantization, header.chat_template) == ("llama", "Q4_1", CHATML_JINJA)
    assert (header.context_length, header.embedding_length, header.is_embedding) == (128, 64, False)
    assert header.parameter_count == 64 * 32 + 64
    assert [(t.name, t.type_name, t.shape, t.size_bytes) for t in header.tensors] == [
        ("token_embd.weight", "Q4_1", (64, 32), 1280),
        ("norm.weight", "F32", (64,), 256),
    ]
    header.require_complete()
    assert header.data_offset + header.tensors[-1].offset + 256 == header.file_size_bytes == len(data)


def test_arrays_are_summed_up_or_read_in_full() -> None:
    data = tiny_gguf()
    assert header_of(data).metadata["tokenizer.ggml.tokens"] == ArraySummary("string", 3)
    assert header_of(data).metadata["tokenizer.ggml.token_type"] == ArraySummary("int32", 3)
    full = header_of(data, full_arrays=True)
    assert full.metadata["tokenizer.ggml.tokens"] == ("<s>", "</s>", "ñandú")
    assert full.metadata["tokenizer.ggml.token_type"] == (3, 3, 1)


def test_model_info_is_what_show_shows() -> None:
    info = header_of(tiny_gguf()).model_info()
    assert list(info) == sorted(info)
    assert info["general.parameter_count"] == 64 * 32 + 64
    assert info["llama.attention.layer_norm_rms_epsilon"] == 1e-05
    assert info["tokenizer.ggml.tokens"] is None
    assert "general.name" not in info
    assert "tokenizer.chat_template" not in info
    assert header_of(tiny_gguf(), full_arrays=True).model_info()["general.languages"] == ["en"]


def test_a_number_that_json_does_not_have_is_shown_as_null() -> None:
    info = header_of(tiny_gguf({**TINY_METADATA, "llama.scale": ("f32", float("nan"))})).model_info()
    assert info["llama.scale"] is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *[("u8", 255), ("i8", -1), ("u16", 65535), ("i16", -2), ("u32", 1 << 31), ("i32", -3), ("bool", True)],
        *[("u64", 1 << 63), ("i64", -(1 << 62)), ("f64", 0.1), ("f32", 1e-05), ("str", "añil")],
    ],
)
def test_every_type_of_value_is_read(kind: str, value: object) -> None:
    assert header_of(tiny_gguf({"x": (kind, value)})).metadata == {"x": value}


@pytest.mark.parametrize("value", [0.1, 1e-05, 10000.0, 1.0, 3.4028234663852886e38, 16777216.0, -0.3])
def test_a_float32_is_the_shortest_decimal_that_means_it(value: float) -> None:
    stored: float = struct.unpack("<f", struct.pack("<f", value))[0]
    assert struct.pack("<f", shortest_float32(stored)) == struct.pack("<f", value)
    assert len(repr(shortest_float32(stored))) <= len(repr(stored))
    assert shortest_float32(stored) == value or value == 3.4028234663852886e38


def test_the_pooling_key_makes_an_embedding_model() -> None:
    assert header_of(tiny_gguf({**TINY_METADATA, "llama.pooling_type": ("u32", 0)})).is_embedding


def test_the_files_own_alignment_counts() -> None:
    data = tiny_gguf({**TINY_METADATA, "general.alignment": ("u32", 4096)}, alignment=4096)
    assert header_of(data).data_offset % 4096 == 0
    header_of(data).require_complete()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", errors.NotGguf),
        (b"GG", errors.NotGguf),
        (b"PK\x03\x04" + bytes(100), errors.NotGguf),
        (b"FUGG" + bytes(100), errors.GgufBigEndian),
        (b"GGUF" + struct.pack(">I", 3) + bytes(100), errors.GgufBigEndian),
        (b"GGUF" + struct.pack("<I", 1) + bytes(100), errors.GgufUnsupportedVersion),
        (b"GGUF" + struct.pack("<I", 4) + bytes(100), errors.GgufUnsupportedVersion),
        (b"GGUF" + struct.pack("<I", 3), errors.GgufTruncated),
    ],
)
def test_what_is_no_gguf_of_ours_is_told_apart(data: bytes, error: type[errors.GgufError]) -> None:
    with pytest.raises(error):
        header_of(data)


def test_every_truncation_of_the_header_is_noticed() -> None:
    data = tiny_gguf()
    for length in range(8, header_of(data).data_offset - 31):
        with pytest.raises(errors.GgufTruncated) as caught:
            header_of(data[:length])
        assert caught.value.size_bytes == length < caught.value.needed_bytes


def test_data_that_is_missing_is_noticed_to_the_byte() -> None:
    data = tiny_gguf()
    with pytest.raises(errors.GgufTruncated) as caught:
        header_of(data[:-1]).require_complete()
    assert (caught.value.size_bytes, caught.value.needed_bytes) == (len(data) - 1, len(data))


def test_a_tensor_type_of_the_future_can_be_shown_but_not_checked() -> None:
    header = header_of(tiny_gguf(tensors=[Tensor("x", (32,), 4711, 32)]))
    assert (header.tensors[0].type_name, header.tensors[0].size_bytes) == ("unknown", None)
    with pytest.raises(errors.GgufUnknownTensorType):
        header.require_complete()


HUGE = struct.pack("<Q", 1 << 60)
KEY = struct.pack("<Q", 1) + b"k"


def head(tensors: bytes, entries: bytes, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<I", 3) + tensors + entries + rest + bytes(4096)


ONE, NONE = struct.pack("<Q", 1), bytes(8)


@pytest.mark.parametrize(
    "data",
    [
        head(HUGE, NONE),
        head(NONE, HUGE),
        head(NONE, ONE, HUGE),
        head(NONE, ONE, KEY + struct.pack("<I", 8) + HUGE),
        head(NONE, ONE, KEY + struct.pack("<II", 9, 4) + HUGE),
        head(NONE, ONE, KEY + struct.pack("<II", 9, 8) + HUGE),
        head(NONE, ONE, KEY + struct.pack("<II", 9, 8) + ONE + HUGE),
        head(ONE, NONE, HUGE),
        head(ONE, NONE, KEY + struct.pack("<I", 0xFFFFFFFF)),
        head(ONE, NONE, KEY + struct.pack("<I", 2) + HUGE + HUGE),
        head(ONE, NONE, KEY + struct.pack("<I", 1) + ONE + struct.pack("<IQ", 0, 1 << 63)),
    ],
    ids=[
        "tensors",
        "entries",
        "key",
        "text",
        "array",
        "texts",
        "text in array",
        "name",
        "dimensions",
        "size",
        "offset",
    ],
)
@pytest.mark.parametrize("full_arrays", [False, True])
def test_a_hostile_count_is_refused_without_asking_for_memory(data: bytes, full_arrays: bool) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(errors.GgufHostile):
            header_of(data, full_arrays=full_arrays)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("what", "unit_bytes"), [("tensors", 24), ("key_values", 13)])
def test_more_entries_than_any_model_has_are_refused_though_the_bytes_are_there(what: str, unit_bytes: int) -> None:
    many = struct.pack("<Q", 65_537)
    counts = (many, NONE) if what == "tensors" else (NONE, many)
    with pytest.raises(errors.GgufHostile) as caught:
        header_of(head(*counts, bytes(65_537 * unit_bytes)))
    assert (caught.value.what, caught.value.value, caught.value.limit) == (what, 65_537, 65_536)


def test_no_more_than_the_limit_is_read() -> None:
    with pytest.raises(errors.GgufHostile) as caught:
        header_of(tiny_gguf(), limit_bytes=100)
    assert (caught.value.what, caught.value.limit) in [("header_bytes", 100), ("text_bytes", 100)]


def test_arrays_in_full_have_a_budget_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arriero.store.gguf._MAX_ELEMENTS", 6)
    with pytest.raises(errors.GgufHostile):
        header_of(tiny_gguf(), full_arrays=True)  # 1 + 3 + 3 elements
    assert header_of(tiny_gguf()).metadata["tokenizer.ggml.token_type"] == ArraySummary("int32", 3)


@pytest.mark.parametrize(
    "data",
    [
        head(NONE, struct.pack("<Q", 2), (KEY + struct.pack("<II", 4, 7)) * 2),
        head(NONE, ONE, KEY + struct.pack("<I", 13)),
        head(NONE, ONE, KEY + struct.pack("<II", 9, 9) + ONE),
        tiny_gguf({"general.alignment": ("u32", 0)}),
        tiny_gguf({"general.alignment": ("u32", 48)}),
        tiny_gguf({"general.alignment": ("str", "32")}),
    ],
    ids=["key twice", "type", "array of arrays", "alignment 0", "alignment 48", "alignment text"],
)
def test_a_header_that_breaks_the_format_is_refused(data: bytes) -> None:
    with pytest.raises(errors.GgufMalformed):
        header_of(data)


def test_tensors_lie_where_the_builder_put_them() -> None:
    header, data = header_of(tiny_gguf()), tiny_gguf()
    last = header.tensors[1]
    start = header.data_offset + last.offset
    assert data[start : start + TINY_TENSORS[1].data_bytes] == b"\x5a" * 256


def test_a_stream_that_shrinks_while_it_is_read_counts_as_truncated() -> None:
    class Shrinking(io.BytesIO):
        read: Callable[[int | None], bytes]

    stream = Shrinking(tiny_gguf())
    stream.read = lambda count=None: io.BytesIO.read(stream, count)[: 3 if (count or 0) > 8 else count]  # type: ignore[method-assign]
    with pytest.raises(errors.GgufTruncated):
        read_header(stream)
