"""Arrays of a header: long lists of texts are walked in blocks, short lists of numbers can be kept."""

from __future__ import annotations

import io

import pytest

from arriero.store.errors import GgufTruncated
from arriero.store.gguf import ArraySummary, read_header
from tiny_gguf import TINY_METADATA, tiny_gguf

WORDS = [f"word {i}" * (1 + i % 7) for i in range(60_000)]  # 2 MB: more than one block
LONG = "x" * 1_500_000  # more than a block by itself
UNEVEN = ["y" * (n % 67) if n % 700 else "y" * (n // 7) for n in range(3000)]  # some too long to be passed over in bulk
ZEROS = ["\0" * (n % 20) for n in range(3000)]  # look like lengths themselves


def gguf(words: list[str]) -> bytes:
    return tiny_gguf({**TINY_METADATA, "tokenizer.ggml.tokens": ("[str]", words), "llama.after": ("u32", 7)})


@pytest.mark.parametrize("words", [WORDS, ["a", LONG, "b"], [LONG], [""] * 3, [""] * 600, UNEVEN, ZEROS])
def test_texts_of_any_length_are_passed_over_and_what_follows_is_read(words: list[str]) -> None:
    header = read_header(io.BytesIO(gguf(words)))
    assert header.metadata["tokenizer.ggml.tokens"] == ArraySummary("string", len(words))
    assert header.number("after") == 7


@pytest.mark.parametrize("cut", [400_000, 1_048_576 + 300, 1_600_000])
def test_a_list_of_texts_that_is_cut_short_says_what_is_needed(cut: int) -> None:
    with pytest.raises(GgufTruncated) as raised:
        read_header(io.BytesIO(gguf(WORDS)[:cut]))
    assert raised.value.size_bytes == cut < raised.value.needed_bytes


def test_short_lists_of_numbers_are_kept_when_asked_for() -> None:
    data = tiny_gguf({**TINY_METADATA, "llama.heads": ("[u32]", [3, 0, 5]), "llama.many": ("[u32]", [1] * 9)})
    header = read_header(io.BytesIO(data), number_arrays=4)
    assert header.metadata["llama.heads"] == (3, 0, 5)
    assert header.metadata["llama.many"] == ArraySummary("uint32", 9)
    assert header.metadata["tokenizer.ggml.tokens"] == ArraySummary("string", 3)
