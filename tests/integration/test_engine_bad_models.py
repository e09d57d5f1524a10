"""Models that cannot be served: each is a clear error, and the engine goes on with the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_process import DEMO, EngineProcess, demo_store, engine

from arriero.core.ids import Reference
from arriero.store import media
from arriero.store.config_blob import ModelConfig, render
from arriero.store.manifest import Layer
from arriero.store.store import Store


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Path:
    return demo_store(tmp_path_factory.mktemp("models"), demo_gguf)


@pytest.fixture(scope="module")
def running(models: Path) -> Iterator[EngineProcess]:
    with engine(models) as process:
        yield process


def plant(models: Path, name: str, data: bytes) -> None:
    """A model whose weights are these bytes, as a program that checks nothing would have written it."""
    store = Store(models)
    weights = store.add_bytes(data, media.MODEL)
    store.write_manifest(
        Reference.parse(name),
        store.add_bytes(render(ModelConfig("gguf", "llama", ("llama",))), media.CONFIG),
        [weights],
    )


def refused(running: EngineProcess, name: str) -> str:
    answer = running.post("/api/generate", {"model": name, "prompt": "Hi"})
    assert answer.status == 500
    text: str = answer.json["error"]
    return text


def test_a_model_cut_short(running: EngineProcess, models: Path, demo_gguf: Path) -> None:
    plant(models, "cut:short", demo_gguf.read_bytes()[:50_000_000])
    assert "data is not within the file bounds, model is corrupted or incomplete" in refused(running, "cut:short")


def test_a_header_cut_short(running: EngineProcess, models: Path, demo_gguf: Path) -> None:
    plant(models, "cut:header", demo_gguf.read_bytes()[:5000])
    assert "cut short" in refused(running, "cut:header")


def test_no_gguf(running: EngineProcess, models: Path) -> None:
    plant(models, "no:gguf", b"hello, world")
    assert "invalid file magic" in refused(running, "no:gguf")


def test_a_header_that_would_eat_the_memory(running: EngineProcess, models: Path) -> None:
    plant(models, "hostile:one", b"GGUF" + (3).to_bytes(4, "little") + (1 << 60).to_bytes(8, "little") * 2)
    assert "unable to load model" in refused(running, "hostile:one")


def test_an_architecture_that_nobody_knows(running: EngineProcess, models: Path, demo_gguf: Path) -> None:
    data = demo_gguf.read_bytes()
    at = data.index(b"llama", data.index(b"general.architecture"))
    plant(models, "unknown:arch", data[:at] + b"mamma" + data[at + 5 :])
    assert refused(running, "unknown:arch") == "unable to load model: unknown model architecture: 'mamma'"


def test_weights_that_are_not_there(running: EngineProcess, models: Path) -> None:
    plant(models, "lost:one", b"GGUF to be lost")
    digest = hashlib.sha256(b"GGUF to be lost").hexdigest()
    (models / "blobs" / f"sha256-{digest}").unlink()
    assert refused(running, "lost:one").endswith(f"sha256-{digest}: no such file or directory")


def test_an_adapter_is_not_left_out_silently(running: EngineProcess, models: Path) -> None:
    store = Store(models)
    base = store.get(Reference.parse(DEMO))
    adapter = store.add_bytes(b"an adapter", media.ADAPTER)
    layers: list[Layer] = [*base.layers, adapter]
    store.write_manifest(Reference.parse("adapted:one"), base.config_layer, layers)
    answer = running.post("/api/chat", {"model": "adapted:one", "messages": [{"role": "user", "content": "Hi"}]})
    assert (answer.status, answer.json) == (
        400,
        {"error": "adapted:one has a layer of a kind that is not supported: adapter"},
    )


def test_the_list_shows_what_can_be_read(running: EngineProcess, models: Path) -> None:
    plant(models, "listed:broken", b"not a model")
    shown = {each["name"]: each for each in running.ask("GET", "/api/tags").json["models"]}
    assert "capabilities" not in shown["listed:broken"]
    assert shown[DEMO]["capabilities"] == ["completion"]


def test_a_good_model_is_served_after_all_that(running: EngineProcess) -> None:
    answer = running.post(
        "/api/generate", {"model": DEMO, "prompt": "Hi", "stream": False, "options": {"num_predict": 1}}
    )
    assert answer.json["done"] is True


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "unexpected EOF"),
        (b"[]", "json: cannot unmarshal array into Go value of type api.GenerateRequest"),
        (b'{"model": 5}', "json: cannot unmarshal number into Go struct field GenerateRequest.model of type string"),
        (b'{"model": "a", "keep_alive": "x"}', 'time: invalid duration "x"'),
        (b'{"model": "a", "images": ["%"]}', "illegal base64 data at input byte 0"),
        (b'{"model": "a/b/c/d"}', "invalid model name"),
        (b"[" * 100_000, "exceeded max depth"),
    ],
)
def test_bodies_that_make_no_sense(running: EngineProcess, body: bytes, text: str) -> None:
    answer = running.ask("POST", "/api/generate", body)
    assert (answer.status, answer.json) == (400, {"error": text})
