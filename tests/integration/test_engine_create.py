"""`/api/create` from files and from a model, through the `ollama` package and by hand; what was made answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ollama
import pytest
from engine_process import EngineProcess, engine

from arriero.core.ids import Reference
from arriero.store import media
from arriero.store.importing import import_gguf
from arriero.store.store import Store
from tiny_gguf import TINY_METADATA, tiny_gguf

MADE, TINY = "made:one", "tiny:one"
SHORT = {"num_predict": 3, "temperature": 0}
STOPS = b'{"stop":["\\u003c|im_start|\\u003e","\\u003c|im_end|\\u003e"]}\n'


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def running(models: Path) -> Iterator[EngineProcess]:
    with engine(models) as process:
        yield process


@pytest.fixture
def client(running: EngineProcess) -> ollama.Client:
    return ollama.Client(running.url, timeout=60)


@pytest.fixture
def tiny(client: ollama.Client, tmp_path: Path) -> str:
    """The digest of a small GGUF that was sent, of which a model was made."""
    digest = _sent(client, tmp_path, tiny_gguf())
    assert client.create(TINY, files={"tiny.gguf": digest}).status == "success"
    return digest


def test_a_file_is_sent_made_a_model_of_and_answers(
    client: ollama.Client, models: Path, demo_gguf: Path, tmp_path: Path
) -> None:
    digest = client.create_blob(demo_gguf)
    told = [event.status for event in client.create(MADE, files={"demo.gguf": digest}, stream=True)]
    assert told == [
        "parsing GGUF",
        f"using existing layer {digest}",
        "using autodetected template chatml",
        f"creating new layer sha256:{hashlib.sha256(STOPS).hexdigest()}",
        "writing manifest",
        "success",
    ]
    assert client.generate(MADE, "One, two,", options=SHORT).eval_count == 3
    assert client.show(MADE).details.quantization_level == "Q4_1"
    imported = import_gguf(Store(tmp_path), demo_gguf, Reference.parse(MADE))
    assert imported.digest == Store(models).get(Reference.parse(MADE)).digest  # as `arriero import` makes it


def test_again_nothing_is_new(client: ollama.Client, tiny: str) -> None:
    told = [event.status for event in client.create(TINY, files={"tiny.gguf": tiny}, stream=True)]
    assert told[3].startswith("using existing layer sha256:")
    assert [status for status in told if "new" in status] == []


def test_what_the_request_brings_is_laid_over_the_file(client: ollama.Client, tiny: str) -> None:
    client.create(
        "full:one",
        files={"tiny.gguf": tiny},
        template="{{ .Prompt }}",
        system="Be brief.",
        license=["one", "two"],
        parameters={"temperature": 0.5},
        messages=[{"role": "user", "content": "hi"}],
    )
    told = client.show("full:one")
    assert (told.template, told.license) == ("{{ .Prompt }}", "one\ntwo")
    assert told.modelfile is not None
    assert "SYSTEM Be brief." in told.modelfile
    assert "MESSAGE user hi" in told.modelfile
    assert sorted((told.parameters or "").split()) == sorted(
        ["stop", '"<|im_start|>"', "stop", '"<|im_end|>"', "temperature", "0.5"]
    )


def test_from_a_model_what_is_given_replaces_and_the_rest_stays(client: ollama.Client, tiny: str, models: Path) -> None:
    client.create("base:one", from_=TINY, system="One.", parameters={"temperature": 0.1, "top_k": 3})
    told = [e.status for e in client.create("next:one", from_="base:one", system="Two.", stream=True)]
    assert told[-2:] == ["writing manifest", "success"]
    store = Store(models)
    model = store.get(Reference.parse("next:one"))
    assert store.system_text(model) == "Two."
    assert store.params(model) == {"stop": ["<|im_start|>", "<|im_end|>"], "temperature": 0.1, "top_k": 3}
    assert [layer.origin for layer in model.layers_of("model")] == ["base:one"]
    assert model.layers[0].media_type == media.MODEL


def test_a_file_without_a_known_template_gets_none(client: ollama.Client, tmp_path: Path) -> None:
    plain = {key: value for key, value in TINY_METADATA.items() if key != "tokenizer.chat_template"}
    digest = _sent(client, tmp_path, tiny_gguf(plain))
    told = [event.status for event in client.create("plain:one", files={"p.gguf": digest}, stream=True)]
    assert told == ["parsing GGUF", f"using existing layer {digest}", "writing manifest", "success"]


ZEROS = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({}, 400, "neither 'from' or 'files' was specified"),
        ({"files": {}}, 400, "no files provided to convert"),
        (
            {"files": {"a.gguf": 5}},
            400,
            "json: cannot unmarshal number into Go struct field CreateRequest.files of type",
        ),
        ({"files": {"/a.gguf": ZEROS}}, 400, "file path must be relative"),
        ({"files": {"a/../b.gguf": ZEROS}}, 400, "file path must be relative"),
        ({"files": {"a.gguf": "sha256:0"}}, 400, "invalid digest format"),
        ({"files": {"a.gguf": ZEROS}}, 500, "open /"),
        ({"files": {"model.safetensors": ZEROS}}, 400, "safetensors are not supported here"),
        ({"files": {"a.gguf": ZEROS, "b.gguf": ZEROS}}, 400, "2 files are not supported here"),
        ({"from": TINY, "quantize": "q4_K_M"}, 400, "quantizing is not supported here"),
        ({"from": TINY, "adapters": {"a.gguf": ZEROS}}, 400, "LoRA adapters are not supported here"),
        ({"from": TINY, "info": {"context_length": 5}}, 400, "'info' is not supported here"),
        ({"from": TINY, "template": "{{ if"}, 400, "template error: "),
        ({"from": TINY, "license": 5}, 400, "license must be a string or an array of strings"),
        ({"from": "../x"}, 400, "invalid model name"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_what_cannot_be_made(
    running: EngineProcess, tiny: str, asked: Any, status: int, words: str, stream: bool
) -> None:
    answer = running.post("/api/create", {"model": "never:one", "stream": stream, **asked})
    told = answer.lines
    begun = len(told) > 1  # a failure after the first event is a line of a stream
    assert (answer.status, answer.headers["Content-Type"]) == (
        (200, "application/x-ndjson") if begun else (status, "application/json")
    )
    assert told[:-1] == ([{"status": "parsing GGUF"}] if begun else [])
    assert told[-1]["error"].startswith(words)
    assert "never:one" not in [model["name"] for model in running.ask("GET", "/api/tags").json["models"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hi", "supplied file was not in GGUF format"),
        (tiny_gguf({**TINY_METADATA, "general.type": ("str", "adapter")}), "a GGUF of this kind is not supported"),
        (tiny_gguf({**TINY_METADATA, "general.architecture": ("str", "clip")}), "a GGUF of this kind is not supported"),
        (tiny_gguf({**TINY_METADATA, "split.count": ("u16", 3)}), "one of 3 parts"),
        (tiny_gguf()[:-100], "unable to load model: "),
    ],
)
def test_files_that_are_no_model(client: ollama.Client, tmp_path: Path, data: bytes, words: str) -> None:
    digest = _sent(client, tmp_path, data)
    with pytest.raises(ollama.ResponseError, match=words):
        client.create("never:one", files={"file": digest})


def _sent(client: ollama.Client, folder: Path, data: bytes) -> str:
    path = folder / "file"
    path.write_bytes(data)
    return client.create_blob(path)
