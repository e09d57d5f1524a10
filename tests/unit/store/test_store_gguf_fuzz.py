"""Damaged headers: whatever stands in them, the reader answers with a header or a GgufError, and in bounded memory."""

from __future__ import annotations

import io
import struct
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from arriero.store.errors import GgufError
from arriero.store.gguf import GgufHeader, read_header
from tiny_gguf import tiny_gguf

WHOLE = tiny_gguf()
MEMORY_BYTES = 8 << 20  # for a file of 3 KB

positions = st.integers(min_value=0, max_value=len(WHOLE) - 1)
counts = st.sampled_from(
    [0, 1, 2, 255, 1 << 16, 1 << 31, (1 << 32) - 1, 1 << 60, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
)
patches = st.one_of(
    st.tuples(positions, st.binary(min_size=1, max_size=16)),
    st.tuples(positions, counts.map(lambda count: struct.pack("<Q", count))),
)


def patched(data: bytes, position: int, patch: bytes) -> bytes:
    return data[:position] + patch + data[position + len(patch) :]


def read(data: bytes, full_arrays: bool) -> GgufHeader | None:
    try:
        header = read_header(io.BytesIO(data), full_arrays=full_arrays)
        header.require_complete()
    except GgufError:
        return None
    return header


def use(header: GgufHeader) -> None:
    """All that others ask a header."""
    assert header.model_info().keys() >= {"general.parameter_count"}
    assert header.data_offset <= header.file_size_bytes
    assert all(t.size_bytes is not None and t.size_bytes <= header.file_size_bytes for t in header.tensors)
    _ = (header.architecture, header.quantization, header.chat_template, header.context_length, header.is_embedding)


@settings(max_examples=150, deadline=None)
@given(st.lists(patches, min_size=1, max_size=4), st.booleans(), st.integers(min_value=0, max_value=len(WHOLE)))
def test_a_patched_file_is_read_or_refused(edits: list[tuple[int, bytes]], full_arrays: bool, cut: int) -> None:
    data = WHOLE
    for position, patch in edits:
        data = patched(data, position, patch)
    for candidate in (data, data[:cut]):
        tracemalloc.start()
        try:
            header = read(candidate, full_arrays)
            assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
        finally:
            tracemalloc.stop()
        if header is not None:
            use(header)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_anything_after_the_magic_is_read_or_refused(rest: bytes, full_arrays: bool) -> None:
    header = read(b"GGUF" + struct.pack("<I", 3) + rest, full_arrays)
    if header is not None:
        use(header)
