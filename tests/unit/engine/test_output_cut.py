"""However the text of an answer is cut into pieces, the same comes out of it."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.engine.output import ThinkingParser, ToolParser

TOOLS = ["get_weather", "get", "say_hello", "say_hello_world"]
Call = tuple[str, dict[str, object], int]


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(places)]


CUTS = st.lists(st.integers(0, 10_000), max_size=40)
THOUGHTS = st.lists(
    st.sampled_from(["<think>", "</think>", "<", "</", "think>", "thi", " ", "\n", "\xa0", "a", "b c", "ñ"]),
    max_size=12,
).map("".join)


@given(THOUGHTS, CUTS, st.booleans())
def test_thoughts(text: str, cuts: list[int], started: bool) -> None:
    whole = ThinkingParser("<think>", "</think>", started).feed(text)
    parser = ThinkingParser("<think>", "</think>", started)
    parts = [parser.feed(piece) for piece in pieces(text, cuts)]
    assert ("".join(part[0] for part in parts), "".join(part[1] for part in parts)) == whole


@given(THOUGHTS)
def test_an_answer_that_begins_inside_is_one_whose_tag_was_in_the_prompt(text: str) -> None:
    tag_fed = ThinkingParser("<think>", "</think>")
    assert tag_fed.feed("<think>") == ("", "")
    assert ThinkingParser("<think>", "</think>", started=True).feed(text) == tag_fed.feed(text)


ARGUMENTS = st.dictionaries(
    st.text(max_size=4), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8), max_size=3
)
CALLS = st.tuples(st.sampled_from(TOOLS), ARGUMENTS, st.sampled_from(["arguments", "parameters"])).map(
    lambda call: json.dumps({"name": call[0], call[2]: call[1]})
)
ANSWERS = st.tuples(
    st.sampled_from(["", "Let me see. ", "a < b ", "<tool_ box> "]),
    st.lists(CALLS, min_size=1, max_size=3).map(lambda calls: "</tool_call>\n".join(f"<tool_call>{c}" for c in calls)),
).map("".join)


def parsed(tag: str, parts: list[str]) -> tuple[list[Call], str]:
    parser = ToolParser(tag, TOOLS)
    steps = [parser.feed(part) for part in parts]
    calls = [(call.name, call.arguments, call.index) for step in steps for call in step[0]]
    return calls, "".join(step[1] for step in steps) + parser.rest()


@given(ANSWERS, CUTS)
def test_calls(text: str, cuts: list[int]) -> None:
    whole = parsed("<tool_call>", [text])
    assert whole[0]
    assert parsed("<tool_call>", pieces(text, cuts)) == whole


@given(CALLS, CUTS)
def test_a_bare_call(text: str, cuts: list[int]) -> None:
    """One: Ollama gives several back as content when a piece ends, after the first, in what may become a name."""
    whole = parsed("{", [text])
    assert whole[0]
    assert parsed("{", pieces(text, cuts)) == whole


@given(st.text(alphabet='{}[]"\\get a:1\n', max_size=40), CUTS, st.sampled_from(["<tool_call>", "{", "["]))
def test_text_without_a_call_is_not_lost(text: str, cuts: list[int], tag: str) -> None:
    parser = ToolParser(tag, [])
    content = "".join(parser.feed(piece)[1] for piece in pieces(text, cuts))
    held = parser.rest()
    if tag == "<tool_call>":
        assert text.removeprefix(content) in ("", *(tag[:size] for size in range(len(tag))))
    else:  # Ollama drops blanks before what is no call, and says twice what stands after text before a bracket
        assert text.lstrip() in content + held


@pytest.mark.parametrize(
    ("answer", "arguments"),
    [
        ('<tool_call>{"name":"get","arguments":{"n":1.0,"m":2.50,"k":1e3}}', {"n": 1, "m": 2.5, "k": 1000}),
        ('<tool_call>{"name":"get","arguments":{"x":NaN}} {"name":"get","arguments":{"y":1}}', {"y": 1}),
        ('<tool_call>{"name":"get","arguments":{"x":1e999}} {"name":"get","arguments":{"y":1}}', {"y": 1}),
        ('<tool_call>{"name":"get","arguments":{"x":"\\ud83d!"}}', {"x": "\ufffd!"}),
        ('<tool_call>{"name":"get","arguments":{"x":"\\ud83d\\ude00"}}', {"x": "😀"}),
        ('<tool_call>{"calls":[{"name":"get","arguments":{"a":1}}]}', {"a": 1}),
        ('<tool_call>get {"a":1}', {"a": 1}),
    ],
)
def test_arguments_are_gos(answer: str, arguments: dict[str, object]) -> None:
    calls, content = ToolParser("<tool_call>", TOOLS).feed(answer)
    assert [call.arguments for call in calls] == [arguments]
    assert [repr(value) for value in calls[0].arguments.values()] == [repr(value) for value in arguments.values()]
    assert content == ""


def test_nesting_without_end_is_no_call() -> None:
    assert ToolParser("<tool_call>", TOOLS).feed('<tool_call>get {"a":' + "[" * 100_000 + "]" * 100_000 + "}") == (
        [],
        "",
    )


def test_every_call_has_an_id_of_its_own() -> None:
    one = '<tool_call>{"name":"get","arguments":{}}'
    calls = ToolParser("<tool_call>", TOOLS).feed(one * 50)[0]
    assert len({call.id for call in calls}) == 50
    assert all(re.fullmatch(r"call_[a-z0-9]{8}", call.id) for call in calls)


def test_a_long_argument_is_read_once() -> None:
    """Characters looked at, not seconds: starting anew with every piece would be a square of them."""
    seen = 0

    class Counting(str):
        __slots__ = ()

        def __getitem__(self, key: object) -> str:
            nonlocal seen
            seen += 1
            return str.__getitem__(self, key)  # type: ignore[index]

    from arriero.engine.output.first_object import FirstObject

    text = '{"name":"get","arguments":{"a":"' + "x" * 2000 + '"}}'
    reader = FirstObject()
    found = [reader.read(Counting(text[:end])) for end in range(1, len(text) + 1)]
    assert found[-1] is not None
    assert len(text) <= seen <= len(text) + 2
