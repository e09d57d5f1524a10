"""Bodies read as Go reads them: the words of a refusal are what clients of Ollama match on."""

from __future__ import annotations

import pytest

from arriero.engine.api.go_decode import ANY, BOOL, FLOAT, INT, STRING, decode, go_kind, slice_of, struct, text_or
from arriero.engine.api.refusal import Refusal

MESSAGE = struct("api.Message", role=STRING, content=text_or(slice_of(STRING)))
SHAPE = struct(
    "api.ChatRequest",
    model=STRING,
    messages=slice_of(MESSAGE),
    tools=slice_of(ANY, "api.Tools"),
    stream=BOOL,
    limit=INT,
    heat=FLOAT,
    free=ANY,
)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "EOF"),
        (b"{", "unexpected EOF"),
        (b'{"model":', "unexpected EOF"),
        (b'"abc', "unexpected EOF"),
        (b"nope", "invalid character 'n' looking for beginning of value"),
        (b'{"a":NaN}', "invalid character 'N' looking for beginning of value"),
        (b'{"a" 1}', "invalid character '1' after object key"),
        (b'{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        (b"{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
        (b'{"a":"x\ny"}', "invalid character '\\n' in string literal"),
        (b"[" * 200_000, "exceeded max depth"),
        (b'{"heat":1e999}', "json: cannot unmarshal number 1e999 into Go value of type float64"),
        (b"[]", "json: cannot unmarshal array into Go value of type api.ChatRequest"),
        (b"7", "json: cannot unmarshal number into Go value of type api.ChatRequest"),
        (b'{"model":5}', "json: cannot unmarshal number into Go struct field ChatRequest.model of type string"),
        (b'{"stream":1}', "json: cannot unmarshal number into Go struct field ChatRequest.stream of type bool"),
        (b'{"limit":true}', "json: cannot unmarshal bool into Go struct field ChatRequest.limit of type int"),
        (b'{"limit":1.5}', "json: cannot unmarshal number 1.5 into Go struct field ChatRequest.limit of type int"),
        (b'{"heat":"x"}', "json: cannot unmarshal string into Go struct field ChatRequest.heat of type float64"),
        (b'{"tools":{}}', "json: cannot unmarshal object into Go struct field ChatRequest.tools of type api.Tools"),
        (
            b'{"messages":[{"content":[1]}]}',
            "json: cannot unmarshal number into Go struct field ChatRequest.messages.content of type string",
        ),
        (
            b'{"limit":' + b"9" * 5000 + b"}",
            f"json: cannot unmarshal number {'9' * 20}... into Go value of type float64",
        ),
    ],
)
def test_refused_in_gos_words(raw: bytes, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode(raw, SHAPE)
    assert (refused.value.status, refused.value.message) == (400, message)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"null", {}),
        (b'{"model":null,"limit":3,"heat":1} and what follows', {"model": None, "limit": 3, "heat": 1}),
        (b'{"unknown":[1,{"x":2}],"free":5}', {"unknown": [1, {"x": 2}], "free": 5}),
        (
            b'{"messages":[null,{"content":"a"},{"content":[null]}]}',
            {"messages": [{}, {"content": "a"}, {"content": [""]}]},
        ),
        (b'{"model":"a\xff"}', {"model": "a\ufffd"}),
    ],
)
def test_read_as_go_reads(raw: bytes, read: dict) -> None:
    assert decode(raw, SHAPE) == read


def test_the_names_that_go_prints() -> None:
    values: list[object] = [None, True, 1, 1.5, "", [], {}]
    assert [go_kind(v) for v in values] == [
        "<nil>",
        "bool",
        "float64",
        "float64",
        "string",
        "[]interface {}",
        "map[string]interface {}",
    ]
