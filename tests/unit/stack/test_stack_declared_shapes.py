"""The shapes that come with the catalogue are those of the models, and every model of the catalogue has one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scripts.make_shapes import DEMO, MODELS, shapes

from arriero.config.loading import load
from arriero.core.ids import Reference
from arriero.core.paths import places
from arriero.stack.declared_shapes import PATH, declared_shape, to_json
from arriero.stack.shapes import HeaderSource


def test_the_file_is_in_step(demo_gguf: Path) -> None:
    """If it is not: python scripts/make_shapes.py DEMO.gguf"""
    assert json.loads(PATH.read_text()) == json.loads(to_json(shapes(demo_gguf)))


def test_every_model_of_the_catalogue_has_its_shape() -> None:
    declared = {str(v.reference) for slot in load({}, {}, places({"HOME": "/nowhere"})).slots for v in slot.variants}
    assert declared == {*MODELS, DEMO}


@pytest.mark.parametrize(
    ("name", "size_bytes"),
    [
        ("qwen2.5-coder:7b-instruct-q4_K_M", 4_677_120_000),
        ("deepseek-coder:6.7b-instruct-q4_K_M", 4_081_713_152),
        ("mistral:7b-instruct-v0.3-q4_K_M", 4_372_054_016),
        ("deepseek-coder-v2:16b-lite-instruct-q4_K_M", 10_360_420_352),
    ],
)
def test_its_tensors_have_the_published_bytes(name: str, size_bytes: int) -> None:
    found = declared_shape(Reference.parse(name))
    assert (found.shape.tensor_bytes, found.source, found.installed) == (size_bytes, HeaderSource.CATALOGUE, False)


def test_another_model_has_none() -> None:
    assert declared_shape(Reference.parse("llama3.2:1b")) is None
