"""Manifests of strangers: what is accepted is whole, everything else is refused with its reason."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.registry.manifests import MAX_BYTES, MAX_LAYERS, MAX_SIZE_BYTES, parse_manifest

DIGEST = "sha256:" + "a" * 64
LAYER = {"mediaType": "application/vnd.ollama.image.model", "digest": DIGEST, "size": 10}
CONFIG = {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": "sha256:" + "b" * 64, "size": 3}


def manifest(**changes: object) -> bytes:
    return json.dumps({"schemaVersion": 2, "config": CONFIG, "layers": [LAYER]} | changes).encode()


def layer(**changes: object) -> bytes:
    return manifest(layers=[LAYER | changes])


def test_a_good_one() -> None:
    raw = manifest(layers=[LAYER | {"from": "library/x", "name": "blk.0", "ignored": 1}])
    parsed = parse_manifest(raw)
    assert parsed.raw == raw
    assert parsed.digest == hashlib.sha256(raw).hexdigest()
    (model,) = parsed.layers
    assert (model.digest, model.size_bytes, model.origin, model.name) == (DIGEST, 10, "library/x", "blk.0")
    assert model.file_name == "sha256-" + "a" * 64
    assert parsed.blobs == (model, parsed.config)
    assert parsed.size_bytes == 13


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "JSON"),
        (b"<html></html>", "JSON"),
        (b"\xff", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"schemaVersion":' + b"9" * 5000 + b"}", "JSON"),
        (b"[]", "object"),
        (manifest(schemaVersion=1), "version"),
        (manifest(layers=None, manifests=[]), "no layers"),
        (manifest(layers=[]), "no layers"),
        (manifest(layers={"0": LAYER}), "no layers"),
        (manifest(layers=[LAYER] * (MAX_LAYERS + 1)), "1001 layers"),
        (manifest(layers=["x"]), "object"),
        (manifest(config=None), "object"),
        (layer(digest="sha256:../../../../etc/passwd"), "digest"),
        (layer(digest="sha256:" + "A" * 64), "digest"),
        (layer(digest="sha512:" + "a" * 64), "digest"),
        (layer(digest=DIGEST + "\n"), "digest"),
        (layer(digest=None), "digest"),
        (layer(size=-1), "size"),
        (layer(size=True), "size"),
        (layer(size="10"), "size"),
        (layer(size=1.5), "size"),
        (layer(size=MAX_SIZE_BYTES + 1), "size"),
        (layer(mediaType=5), "mediaType"),
        (layer(mediaType="x" * 2000), "mediaType"),
        (layer(**{"from": ["x"]}), "from"),
        (manifest(layers=[LAYER, LAYER | {"size": 11}]), "two sizes"),
        (b" " * (MAX_BYTES + 1), "bytes"),
    ],
)
def test_flaws_are_named(raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_manifest(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from(["schemaVersion", "config", "layers", "mediaType", "digest", "size", "from", "name"])


@given(st.dictionaries(FIELDS, JSON | st.lists(st.dictionaries(FIELDS, JSON, max_size=5), max_size=3), max_size=5))
def test_nothing_but_a_reason_comes_out_of_hostile_json(fields: dict[str, object]) -> None:
    raw = json.dumps({"schemaVersion": 2, "layers": [LAYER], "config": CONFIG} | fields).encode()
    try:
        parsed = parse_manifest(raw)
    except ValueError:
        return
    assert all(len(blob.digest) == 71 and blob.size_bytes >= 0 for blob in parsed.blobs)


@given(st.binary(max_size=400))
def test_nothing_but_a_reason_comes_out_of_noise(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_manifest(raw)
