"""What is found in a body without parsing it, held against what a JSON parser finds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.gateway.body import read, with_model

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.just("model"), inner),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from(["prompt", "messages", 'a"b', "x"]), VALUES), st.text(), st.text(), st.booleans()
)
def test_the_model_is_found_and_replaced_wherever_it_stands(
    rest: dict[str, Any], model: str, other: str, escaped: bool
) -> None:
    body = {**rest, "model": model, "last": [1, {"model": "not this one"}]}
    raw = json.dumps(body, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    found = read(raw).model
    assert found is not None
    assert found.text == model
    assert json.loads(with_model(raw, found, other)) == body | {"model": other}


@pytest.mark.parametrize(
    ("raw", "model"),
    [
        (b'{"model":"a","model":"b"}', "b"),
        (b'{"MODEL" : "a" }', "a"),
        (b' {\n"m\\u006fdel":"a"', "a"),
        (b'{"model":"a", broken', "a"),
        (b'{"prompt":"\\"model\\":\\"x\\"","model":"a"}', "a"),
        (b'{"messages":[{"model":"x"}],"model":"a"}', "a"),
    ],
)
def test_names_are_read_as_go_reads_them(raw: bytes, model: str) -> None:
    found = read(raw).model
    assert found is not None
    assert found.text == model


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"null", b'"model"', b'[{"model":"x"}]', b'{"model":null}', b'{"x":{"model":"y"}}', b"\xff{"]
)
def test_bodies_without_a_model(raw: bytes) -> None:
    assert read(raw).model is None


@pytest.mark.parametrize("raw", [b'{"model":7}', b'{"model":["a"]}', b'{"model":{}}', b'{"model":true}'])
def test_a_model_that_is_no_text(raw: bytes) -> None:
    found = read(raw).model
    assert found is not None
    assert found.text is None


@pytest.mark.parametrize(
    ("raw", "stream"),
    [(b'{"stream":true}', True), (b'{"stream":false}', False), (b'{"stream":1}', None), (b"{}", None)],
)
def test_whether_a_stream_is_asked_for(raw: bytes, stream: bool | None) -> None:
    assert read(raw).stream is stream
