"""Manifest files as anything may have left them: read, or refused in the two ways that callers expect."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from arriero.store import manifest

DIGEST = "sha256:" + "a" * 64
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80), st.just(DIGEST)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
    max_leaves=8,
)
LAYER = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("mediaType", "digest", "size", "from", "name", "else"), VALUES)
)
MANIFEST = st.fixed_dictionaries(
    {}, optional={"schemaVersion": VALUES, "config": st.one_of(LAYER, VALUES), "layers": st.lists(LAYER, max_size=4)}
)


def read(data: bytes) -> None:
    try:
        found = manifest.parse(data)
    except (ValueError, RecursionError):
        return
    for layer in found.blobs():
        assert manifest.DIGEST.fullmatch(layer.digest)
        assert layer.size_bytes >= 0
    assert found.size_bytes >= 0


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    read(data)


@given(st.one_of(MANIFEST, VALUES))
def test_any_json(value: object) -> None:
    read(json.dumps(value).encode())


@given(MANIFEST, st.integers(0, 400), st.binary(max_size=4))
def test_damaged_json(value: dict[str, object], place: int, noise: bytes) -> None:
    data = json.dumps(value).encode()
    read(data[:place] + noise + data[place + len(noise) :])
    read(data[:place])


def test_nesting_without_end() -> None:
    read(b'{"layers":' + b"[" * 100_000)
