"""Manifests and configs, byte for byte as a real Ollama 0.33 wrote them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from arriero.store import config_blob, manifest, media
from arriero.store.config_blob import ModelConfig
from arriero.store.manifest import Layer

RECORDED = json.loads((Path(__file__).parents[2] / "golden" / "answers.json").read_text())
DEMO_CONFIG = ModelConfig(
    format="gguf", family="llama", families=("llama",), parameter_size="134.52M", quantization="Q4_1"
)
REWRITTEN_GGUF = "sha256:941f309b54caaad6747569ba43712bcde44a2be3bae16c3282ff499c37c54af5"
TEMPLATE = RECORDED["show"]["json"]["template"]
PARAMS = b'{"stop":["\\u003c|im_start|\\u003e","\\u003c|im_end|\\u003e"]}\n'


def layer_of(data: bytes, media_type: str) -> Layer:
    return Layer(media_type, f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))


def recorded_layers() -> tuple[Layer, list[Layer]]:
    config = layer_of(config_blob.render(DEMO_CONFIG), media.CONFIG)
    return config, [
        Layer(media.MODEL, REWRITTEN_GGUF, 98_362_432),
        layer_of(TEMPLATE.encode(), media.TEMPLATE),
        layer_of(PARAMS, media.PARAMS),
    ]


def test_the_demo_models_manifest_has_the_digest_that_a_real_ollama_shows() -> None:
    recorded = RECORDED["tags"]["json"]["models"][0]
    data = manifest.render(*recorded_layers())
    assert hashlib.sha256(data).hexdigest() == recorded["digest"]
    assert manifest.parse(data).size_bytes == recorded["size"]
    assert len(data) == 707


def test_a_manifest_reads_back_with_all_its_fields() -> None:
    config, layers = recorded_layers()
    layers.append(Layer(media.MODEL, layers[0].digest, 5, origin="base:latest", name="blk.0"))
    assert manifest.parse(manifest.render(config, layers)) == manifest.Manifest(config, tuple(layers))


def test_the_fields_of_a_layer_stand_in_gos_order() -> None:
    config, _ = recorded_layers()
    layer = Layer(media.MODEL, config.digest, 5, origin="base:latest", name="blk.0")
    fields = json.loads(manifest.render(config, [layer]))
    assert list(fields) == ["schemaVersion", "mediaType", "config", "layers"]
    assert list(fields["layers"][0]) == ["mediaType", "digest", "size", "from", "name"]


def test_a_manifest_without_config_or_layers_is_an_empty_model() -> None:
    empty = manifest.parse(b'{"schemaVersion":2}')
    assert list(empty.blobs()) == []
    assert empty.size_bytes == 0


DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"layers": {}}',
        b'{"layers": [3]}',
        b'{"layers": [{"mediaType": "x", "digest": "sha256:zz", "size": 1}]}',
        b'{"layers": [{"mediaType": "x", "digest": "../../etc/passwd", "size": 1}]}',
        b'{"layers": [{"mediaType": "x", "size": 1}]}',
        f'{{"layers": [{{"mediaType": "x", "digest": "{DIGEST}", "size": -1}}]}}'.encode(),
        f'{{"layers": [{{"mediaType": "x", "digest": "{DIGEST}", "size": true}}]}}'.encode(),
        f'{{"layers": [{{"mediaType": 3, "digest": "{DIGEST}", "size": 1}}]}}'.encode(),
        f'{{"config": {{"digest": "{DIGEST}x", "size": 1}}}}'.encode(),
    ],
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser's contract is exactly this
        manifest.parse(data)


def test_the_demo_models_config_is_the_recorded_one() -> None:
    data = config_blob.render(DEMO_CONFIG)
    assert len(data) == 152
    assert data.endswith(b'"file_type":"Q4_1","architecture":"amd64","os":"linux"}\n')


def test_a_config_reads_back_and_leaves_out_what_is_empty() -> None:
    full = ModelConfig(
        format="gguf",
        family="qwen2",
        families=("qwen2", "clip"),
        parameter_size="7.6B",
        quantization="Q4_K_M",
        renderer="r",
        parser="p",
        requires="0.30.0",
        capabilities=("completion", "vision"),
        context_length=32768,
        embedding_length=3584,
        base_name="qwen",
    )
    data = config_blob.render(full)
    assert config_blob.parse(data) == full
    assert list(json.loads(data)) == [
        *("model_format", "model_family", "model_families", "model_type", "file_type", "renderer", "parser"),
        *("requires", "capabilities", "context_length", "embedding_length", "base_name", "architecture", "os"),
    ]


def test_a_config_of_the_registry_is_read_and_its_other_fields_are_kept_in_raw() -> None:
    config = config_blob.parse(b'{"model_format":"gguf","model_families":null,"rootfs":{"type":"layers"}}')
    assert config.format == "gguf"
    assert config.families == ()
    assert config.raw["rootfs"] == {"type": "layers"}


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"model_format":3}', b'{"model_families":["a",1]}', b'{"context_length":"many"}']
)
def test_what_is_no_config_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser's contract is exactly this
        config_blob.parse(data)
