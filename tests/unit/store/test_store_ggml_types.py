"""Names and sizes of ggml's types, and parameter counts in words."""

from __future__ import annotations

import pytest

from arriero.store.chat_templates import known_template
from arriero.store.ggml_types import FILE_TYPES, TENSOR_TYPES, count_text
from tiny_gguf import CHATML_JINJA


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1K"),
        (12_345, "12K"),
        (134_515_008, "134.52M"),
        (134_000_000, "134M"),
        (999_999_999, "1000.00M"),
        (1_000_000_000, "1B"),
        (7_615_616_512, "7.6B"),
        (7_241_732_096, "7.2B"),
        (15_706_484_224, "15.7B"),
    ],
)
def test_counts_are_written_as_ollama_writes_them(count: int, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("number", "name", "bits_per_element"),
    [(0, "F32", 32), (2, "Q4_0", 4.5), (8, "Q8_0", 8.5), (12, "Q4_K", 4.5), (14, "Q6_K", 6.5625), (39, "MXFP4", 4.25)],
)
def test_tensor_types_have_the_published_bits_per_weight(number: int, name: str, bits_per_element: float) -> None:
    kind = TENSOR_TYPES[number]
    assert kind.name == name
    assert kind.block_bytes * 8 / kind.block == bits_per_element


def test_file_types_have_ollamas_names() -> None:
    assert (FILE_TYPES[15], FILE_TYPES[3], FILE_TYPES[0]) == ("Q4_K_M", "Q4_1", "F32")


def test_the_demo_models_jinja_template_is_known_whatever_its_system_prompt() -> None:
    known = known_template(CHATML_JINJA)
    assert known is not None
    assert (known.name, len(known.template), known.stop) == ("chatml", 102, ("<|im_start|>", "<|im_end|>"))
    other = CHATML_JINJA.replace("a helpful AI assistant named SmolLM, trained by Hugging Face", "Bob.")
    assert known_template(other) == known


@pytest.mark.parametrize("jinja", [None, "", "{{ messages }}", CHATML_JINJA + " ", CHATML_JINJA.replace("role", "r")])
def test_another_template_is_not_guessed(jinja: str | None) -> None:
    assert known_template(jinja) is None
