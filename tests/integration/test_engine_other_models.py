"""Models of other kinds, made from the demo model's bytes: one for embeddings, one whose template only the GGUF has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_process import DEMO, EngineProcess, demo_store, engine

from arriero.core.ids import Reference
from arriero.store import media
from arriero.store.gguf import read_header
from arriero.store.importing import import_gguf
from arriero.store.store import Store

EMBEDDER, JINJA = "embedder:one", "jinja:one"
MEAN = 1


def with_pooling(gguf: Path, made: Path) -> Path:
    """The same model with one more key, which makes it one for embeddings; the tensors move by whole alignments."""
    header, data = read_header(gguf), gguf.read_bytes()
    key = b"llama.pooling_type"
    entry = len(key).to_bytes(8, "little") + key + (4).to_bytes(4, "little") + MEAN.to_bytes(4, "little")
    count = int.from_bytes(data[16:24], "little") + 1
    head = data[:16] + count.to_bytes(8, "little") + entry + data[24 : header.data_offset].rstrip(b"\0")
    end = header.data_offset + len(entry)
    made.write_bytes(head.ljust(end + -end % header.alignment, b"\0") + data[header.data_offset :])
    return made


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Iterator[EngineProcess]:
    models = demo_store(tmp_path_factory.mktemp("models"), demo_gguf)
    store = Store(models)
    made = with_pooling(demo_gguf, tmp_path_factory.mktemp("gguf") / "embedder.gguf")
    import_gguf(store, made, Reference.parse(EMBEDDER))
    base = store.get(Reference.parse(DEMO))
    bare = [layer for layer in base.layers if layer.media_type not in media.KINDS["template"]]
    store.write_manifest(Reference.parse(JINJA), base.config_layer, bare)
    with engine(models, "--context", "512") as process:
        yield process


def length(vector: list[float]) -> float:
    return math.sqrt(sum(x * x for x in vector))


def test_vectors_in_their_order_and_of_length_one(running: EngineProcess) -> None:
    body = {"model": EMBEDDER, "input": ["a horse", "a mule", "a horse"]}
    answer = running.post("/api/embed", body)
    horse, mule, again = answer.json["embeddings"]
    assert answer.status == 200
    assert [len(each) for each in (horse, mule)] == [576, 576]
    assert length(horse) == pytest.approx(1, abs=1e-4)
    assert horse == pytest.approx(again, abs=1e-3)
    assert horse != pytest.approx(mule, abs=1e-3)
    assert answer.json["prompt_eval_count"] > 3


def test_fewer_dimensions_have_length_one_again(running: EngineProcess) -> None:
    whole = running.post("/api/embed", {"model": EMBEDDER, "input": "a horse"}).json["embeddings"][0]
    (part,) = running.post("/api/embed", {"model": EMBEDDER, "input": "a horse", "dimensions": 16}).json["embeddings"]
    assert len(part) == 16
    assert length(part) == pytest.approx(1)
    assert part[0] / part[1] == pytest.approx(whole[0] / whole[1], rel=1e-2)


def test_a_text_that_is_too_long_is_cut_or_refused(running: EngineProcess) -> None:
    body = {"model": EMBEDDER, "input": "one two three " * 400}
    assert len(running.post("/api/embed", body).json["embeddings"]) == 1
    refused = running.post("/api/embed", {**body, "truncate": False})
    assert (refused.status, refused.json) == (400, {"error": "the input length exceeds the context length"})


def test_the_older_route_and_openais(running: EngineProcess) -> None:
    (new,) = running.post("/api/embed", {"model": EMBEDDER, "input": "a horse"}).json["embeddings"]
    old = running.post("/api/embeddings", {"model": EMBEDDER, "prompt": "a horse"}).json["embedding"]
    openai = running.post("/v1/embeddings", {"model": EMBEDDER, "input": "a horse"}).json["data"][0]["embedding"]
    assert old == pytest.approx(new, abs=1e-3)
    assert openai == pytest.approx(new, abs=1e-3)


@pytest.mark.parametrize(("path", "verb"), [("/api/chat", "chat"), ("/api/generate", "generate")])
def test_a_model_for_embeddings_does_not_talk(running: EngineProcess, path: str, verb: str) -> None:
    body = {"model": EMBEDDER, "prompt": "Hi", "messages": [{"role": "user", "content": "Hi"}]}
    answer = running.post(path, body)
    assert (answer.status, answer.json) == (400, {"error": f'"{EMBEDDER}" does not support {verb}'})


def test_it_tells_what_it_can(running: EngineProcess) -> None:
    assert running.post("/api/show", {"model": EMBEDDER}).json["capabilities"] == ["embedding"]


def test_a_prompt_from_the_ggufs_own_template(running: EngineProcess) -> None:
    body = {"model": JINJA, "messages": [{"role": "user", "content": "Hi"}], "stream": False}
    shown = running.post("/api/chat", {**body, "_debug_render_only": True}).json["_debug_info"]["rendered_template"]
    assert shown.endswith("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    assert shown.startswith("<|im_start|>system\n")  # SmolLM2's own template says who it is; Ollama's does not
    answer = running.post("/api/chat", {**body, "options": {"num_predict": 2}})
    assert (answer.status, answer.json["eval_count"]) == (200, 2)


def test_two_models_take_turns(running: EngineProcess) -> None:
    for name in (DEMO, EMBEDDER, DEMO):
        path, ask = ("/api/embed", "input") if name == EMBEDDER else ("/api/generate", "prompt")
        assert (
            running.post(path, {"model": name, ask: "Hi", "options": {"num_predict": 1}, "stream": False}).status == 200
        )
        assert [each["name"] for each in running.loaded()] == [name]
