"""Importing GGUF files: the demo model as a real Ollama has it, and everything that is no model."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from arriero.core.ids import Reference
from arriero.core.progress import Progress
from arriero.store import Store, errors, media
from arriero.store.gguf import read_header
from arriero.store.importing import import_gguf
from tiny_gguf import CHATML_JINJA, TINY_METADATA, Tensor, tiny_gguf

RECORDED = json.loads((Path(__file__).parents[1] / "golden" / "answers.json").read_text())
REFERENCE = Reference.parse("smollm2:135m-instruct-q4_1")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny_gguf())
    return path


def test_the_demo_model_is_what_ollama_create_makes_of_it(store: Store, demo_gguf: Path) -> None:
    reports: list[Progress] = []
    model = import_gguf(store, demo_gguf, REFERENCE, progress=reports.append)
    shown, listed = RECORDED["show"]["json"], RECORDED["tags"]["json"]["models"][0]
    assert model.size_bytes == listed["size"]
    assert store.template_text(model) == shown["template"]
    assert store.params(model) == {"stop": ["<|im_start|>", "<|im_end|>"]}
    config = model.config
    assert {
        "parent_model": model.layers[0].origin or "",
        "format": config.format,
        "family": config.family,
        "families": list(config.families),
        "parameter_size": config.parameter_size,
        "quantization_level": config.quantization,
    } == shown["details"]
    assert [layer.media_type for layer in model.layers] == [media.MODEL, media.TEMPLATE, media.PARAMS]
    with demo_gguf.open("rb") as source:
        assert model.layers[0].digest == f"sha256:{hashlib.file_digest(source, 'sha256').hexdigest()}"
    assert (reports[0].step, reports[0].done, reports[-1].done) == ("store.copy", 0, 98_362_432)


def test_the_demo_models_header_is_what_ollama_shows(demo_gguf: Path) -> None:
    header = read_header(demo_gguf)
    header.require_complete()
    shown = RECORDED["show"]["json"]
    assert header.model_info() == shown["model_info"]
    ours = {tensor.name: {"type": tensor.type_name, "shape": list(tensor.shape)} for tensor in header.tensors}
    for tensor in shown["tensors"]:
        assert ours[tensor["name"]] == {"type": tensor["type"], "shape": tensor["shape"]}
    assert len(read_header(demo_gguf, full_arrays=True).metadata["tokenizer.ggml.tokens"]) == 49152  # type: ignore[arg-type]


def test_the_same_file_twice_is_stored_once_and_only_read(store: Store, tiny: Path) -> None:
    first = import_gguf(store, tiny, REFERENCE)
    blobs = {path: path.stat().st_ino for path in store.blobs.iterdir()}
    reports: list[Progress] = []
    second = import_gguf(store, tiny, Reference.parse("again"), progress=reports.append)
    assert second.digest == first.digest
    assert {path: path.stat().st_ino for path in store.blobs.iterdir()} == blobs
    assert {report.step for report in reports} == {"store.hash"}


def test_another_file_of_the_same_size_is_stored_too(store: Store, tiny: Path) -> None:
    import_gguf(store, tiny, REFERENCE)
    tiny.write_bytes(tiny_gguf(filler=b"\xa5"))
    model = import_gguf(store, tiny, Reference.parse("other"))
    assert store.gguf_path(model).read_bytes() == tiny.read_bytes()
    assert store.gguf_path(store.get(REFERENCE)).read_bytes() == tiny_gguf()


def test_what_is_given_stands_in_ollamas_order(store: Store, tiny: Path) -> None:
    model = import_gguf(
        store, tiny, REFERENCE, template="{{ .Prompt }}", params={"num_ctx": 64}, system="Hi.", license="MIT"
    )
    kinds = [media.MODEL, media.TEMPLATE, media.SYSTEM, media.LICENSE, media.PARAMS]
    assert [layer.media_type for layer in model.layers] == kinds
    assert (store.template_text(model), store.params(model)) == ("{{ .Prompt }}", {"num_ctx": 64})


def test_given_params_are_added_to_those_of_a_known_template(store: Store, tiny: Path) -> None:
    model = import_gguf(store, tiny, REFERENCE, params={"num_ctx": 64})
    assert store.params(model) == {"stop": ["<|im_start|>", "<|im_end|>"], "num_ctx": 64}


def test_an_unknown_template_gives_no_template_layer(store: Store, tiny: Path) -> None:
    tiny.write_bytes(tiny_gguf({**TINY_METADATA, "tokenizer.chat_template": ("str", CHATML_JINJA + "!")}))
    model = import_gguf(store, tiny, REFERENCE)
    assert [layer.media_type for layer in model.layers] == [media.MODEL]


def test_importing_over_a_model_replaces_it(store: Store, tiny: Path) -> None:
    first = import_gguf(store, tiny, REFERENCE, system="one")
    second = import_gguf(store, tiny, REFERENCE, system="two")
    assert first.digest != second.digest
    assert [model.digest for model in store.list()] == [second.digest]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", errors.NotGguf),
        (b"PK\x03\x04 a zip", errors.NotGguf),
        (tiny_gguf()[:-1], errors.GgufTruncated),
        (tiny_gguf()[:200], errors.GgufTruncated),
        (tiny_gguf(tensors=[]), errors.GgufNotAModel),
        (tiny_gguf({"general.name": ("str", "no architecture")}), errors.GgufNotAModel),
        (tiny_gguf({**TINY_METADATA, "general.type": ("str", "adapter")}), errors.GgufNotAModel),
        (tiny_gguf({**TINY_METADATA, "general.architecture": ("str", "clip")}), errors.GgufNotAModel),
        (tiny_gguf({**TINY_METADATA, "split.count": ("u16", 3)}), errors.GgufSplit),
        (tiny_gguf(tensors=[Tensor("x", (32,), 99, 32)]), errors.GgufUnknownTensorType),
    ],
)
def test_what_is_no_whole_model_is_refused_and_nothing_is_written(
    store: Store, tiny: Path, data: bytes, error: type[errors.GgufError]
) -> None:
    tiny.write_bytes(data)
    with pytest.raises(error) as caught:
        import_gguf(store, tiny, REFERENCE)
    assert caught.value.path == tiny
    assert not store.root.exists()


def test_what_is_no_file_is_refused(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, error in [
        (tmp_path, errors.GgufNotAFile),
        (tmp_path / "pipe", errors.GgufNotAFile),
        (tmp_path / "nothing", errors.GgufMissing),
        (tmp_path / "pipe" / "x", errors.GgufUnreadable),
    ]:
        with pytest.raises(error):
            import_gguf(store, path, REFERENCE)
    assert not store.root.exists()
