"""JSON as Go writes it. The expected texts are Go 1.26's."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.engine.prompt import go_json


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (2.0, "2"),
        (-0.0, "-0"),
        (1e6, "1000000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (0.00001, "0.00001"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.25e-10, "1.25e-10"),
        (5e-324, "5e-324"),
        (123456789.125, "123456789.125"),
        ("<a href='x'>&\u2028\u2029", "\"\\u003ca href='x'\\u003e\\u0026\\u2028\\u2029\""),
        ('"\\/\b\f\n\r\t\x00\x1f\x7f ñ 日本 😀', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f ñ 日本 😀"'),
        ("half \ud83d of a pair", '"half \ufffd of a pair"'),
        ({"b": 1, "a": [1, {"d": None, "c": False}], "<": "é"}, '{"\\u003c":"é","a":[1,{"c":false,"d":null}],"b":1}'),
        (b"hi", '"aGk="'),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_is_written_as_go_writes_it(value: object, written: str) -> None:
    assert go_json(value) == written


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_float_that_json_has_no_word_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=str(value)):
        go_json(value)


def test_a_value_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        go_json({"a": {1}})


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_reads_back_as_the_same(value: object) -> None:
    written = go_json(value)
    assert json.loads(written, parse_int=float) == value
    assert not set(written) & set("<>&\u2028\u2029")
