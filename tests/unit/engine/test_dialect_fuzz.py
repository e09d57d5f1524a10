"""Whatever JSON a client sends, a dialect translates it or refuses it with a 400: it never breaks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arriero.engine.api import anthropic, openai_chat, openai_completions, openai_embeddings, responses
from arriero.engine.api.go_decode import ANY, MAP, GoType, decode
from arriero.engine.api.refusal import Refusal

KINDS = (
    "text",
    "image",
    "image_url",
    "tool_use",
    "tool_result",
    "thinking",
    "input_text",
    "input_image",
    "output_text",
)
ITEMS = ("message", "function_call", "function_call_output", "reasoning", "json_schema", "json_object", "base64")
WORDS = st.sampled_from(
    [*KINDS, *ITEMS, "user", "assistant", "tool", "low", "{}", "[1]", "data:;base64,AAAA", "http://x"]
)
NUMBERS = st.integers(-2, 9) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = WORDS | st.text(max_size=4)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
PART = st.dictionaries(st.sampled_from(["type", "text", "image_url", "url", "source", "data"]), LEAVES)
PLAIN = {"string": TEXTS, "bool": st.booleans(), "int": st.integers(-2, 9), "float64": NUMBERS, MAP.name: PART}


def bodies(shape: GoType) -> st.SearchStrategy:
    """Values of the shape; what it leaves free may be anything, parts of messages above all."""
    if shape is ANY:
        return PART | st.lists(PART | LEAVES, max_size=3) | LEAVES
    if shape.fields:
        given = {name: bodies(field) for name, field in shape.fields.items()}
        always = {name: given.pop(name) for name in ("messages", "role", "type", "content") if name in given}
        return st.fixed_dictionaries(always, optional={name: value | st.none() for name, value in given.items()})
    if shape.item is not None:
        items = st.lists(bodies(shape.item) | st.none(), min_size=1, max_size=3)
        return items | WORDS if str in shape.python else items
    return PLAIN[shape.name]


def embeddings(request: dict) -> None:
    openai_embeddings.ollama_body(request)


DIALECTS = {
    "chat": (openai_chat.REQUEST, openai_chat.turn),
    "completions": (openai_completions.REQUEST, openai_completions.turn),
    "embeddings": (openai_embeddings.REQUEST, embeddings),
    "responses": (responses.REQUEST, responses.turn),
    "messages": (anthropic.REQUEST, anthropic.turn),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_body_is_translated_or_refused(dialect: str, data: st.DataObject) -> None:
    shape, translate = DIALECTS[dialect]
    body = data.draw(bodies(shape))
    body |= {"model": "m", "max_tokens": 3, "encoding_format": None, "reasoning_effort": None, "reasoning": None}
    status = 200
    try:
        translate(decode(json.dumps(body).encode(), shape))
    except Refusal as refusal:
        status = refusal.status
    assert status in (200, 400)
