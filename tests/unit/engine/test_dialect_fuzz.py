"""Whatever JSON a client sends, a dialect translates it or refuses it with a 400: it never breaks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arriero.engine.api import anthropic, openai_chat, openai_completions, openai_embeddings, responses
from arriero.engine.api.go_decode import ANY, GoType, decode
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
LEAVES = st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.text(max_size=4) | WORDS


def bodies(shape: GoType) -> st.SearchStrategy:
    """Values that are mostly of the shape: what is declared free holds parts of messages, half of the time."""
    if shape.fields:
        right = st.fixed_dictionaries({}, optional={name: bodies(field) for name, field in shape.fields.items()})
    elif shape.item is not None:
        right = st.lists(bodies(shape.item), max_size=3) | (WORDS if str in shape.python else st.nothing())
    elif shape is ANY or dict in shape.python:
        part = st.dictionaries(st.sampled_from(["type", "text", "image_url", "url", "source", "data"]), LEAVES)
        right = part | st.lists(part | LEAVES, max_size=3)
    else:
        right = LEAVES.filter(lambda leaf: isinstance(leaf, shape.python))
    return st.one_of(right, right, right, LEAVES) if shape is not ANY else right | LEAVES


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
    if isinstance(body, dict):
        body = {"model": "m", "max_tokens": 3, **body}
    status = 200
    try:
        translate(decode(json.dumps(body).encode(), shape))
    except Refusal as refusal:
        status = refusal.status
    assert status in (200, 400)
