"""JSON as Go writes it: every expectation was written down from Go's encoding/json, not from this code."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.core import go_json

RECORDED_PARAMS_DIGEST = "f02dd72bb2423204352eabc5637b44d79d17f109fdb510a7c51455892aa2d216"


def test_the_params_of_the_demo_model_hash_to_what_a_real_ollama_stored() -> None:
    data = go_json.encode({"stop": ["<|im_start|>", "<|im_end|>"]})
    assert data == b'{"stop":["\\u003c|im_start|\\u003e","\\u003c|im_end|\\u003e"]}\n'
    assert hashlib.sha256(data).hexdigest() == RECORDED_PARAMS_DIGEST


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1.0, "1"),
        (-0.0, "-0"),
        (1024.0, "1024"),
        (0.00001, "0.00001"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-9, "1.5e-9"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.25e300, "1.25e+300"),
        (3, "3"),
        (True, "true"),
        (None, "null"),
        ('ñ\n\t"\\/&', '"ñ\\n\\t\\"\\\\/\\u0026"'),
        ("\u2028\u2029", '"\\u2028\\u2029"'),
        ("\x7f\x01", '"\x7f\\u0001"'),
        ([], "[]"),
        ({"b": 1, "a": [1, "x"]}, '{"a":[1,"x"],"b":1}'),
    ],
)
def test_writes_what_go_writes(value: object, text: str) -> None:
    assert go_json.encode(value).decode() == text + "\n"


def test_a_struct_keeps_the_order_of_its_fields() -> None:
    assert go_json.encode({"b": 1, "a": {"d": 2, "c": 3}}, sort_keys=False) == b'{"b":1,"a":{"d":2,"c":3}}\n'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": float("-inf")}])
def test_refuses_numbers_that_json_does_not_have(value: object) -> None:
    with pytest.raises(ValueError, match=r"nan|inf"):
        go_json.encode(value)


def test_refuses_what_is_no_json() -> None:
    with pytest.raises(TypeError):
        go_json.encode({"a": b"bytes"})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_reads_back_as_what_it_was(value: object) -> None:
    """Go writes a whole float without a point, so numbers are compared as numbers."""
    assert json.loads(go_json.encode(value), parse_int=float) == json.loads(json.dumps(value), parse_int=float)
