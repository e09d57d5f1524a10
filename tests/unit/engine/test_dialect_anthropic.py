"""Anthropic's Messages: blocks, tools, thinking, and the events of a stream."""

from __future__ import annotations

import pytest
from dialect_recordings import DEMO, asked, called, closed, differs, events_of, joined, parsed, said, thought

from arriero.engine.api import anthropic
from arriero.engine.api.anthropic_messages import estimated_tokens
from arriero.engine.api.error_forms import anthropic_error, form_of, ollama_error, openai_error
from arriero.engine.api.go_decode import decode
from arriero.engine.api.refusal import Refusal

PIECES = ("I", "'m", " so", " sorry", " to", " hear", " that", " you")
HELLO = {"role": "user", "content": "Say hello in one short sentence."}
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}


def turn(exchange: str) -> anthropic.Turn:
    return anthropic.turn(asked(exchange, anthropic.REQUEST))


def body(rest: str) -> dict:
    text = f'{{"model": "m", "max_tokens": 9, {rest}}}'
    return anthropic.turn(decode(text.encode(), anthropic.REQUEST)).body


@pytest.mark.parametrize(
    ("exchange", "messages", "rest"),
    [
        ("v1.messages.once", [HELLO], {}),
        ("v1.messages.stream", [HELLO], {"stream": True}),
        ("v1.messages.system", [{"role": "system", "content": "Answer in French."}, HELLO], {}),
        ("v1.messages.blocks", [{"role": "user", "content": "Say hello."}], {}),
    ],
)
def test_a_request_becomes_ollamas(exchange: str, messages: list, rest: dict) -> None:
    options = {"num_predict": 8, "temperature": 0}
    assert turn(exchange).body == {"model": DEMO, "messages": messages, "options": options, "stream": False} | rest


def test_tools_and_their_history() -> None:
    told = turn("tools.messages.history").body
    function = {"name": "get_weather", "description": "Get the weather", "parameters": WEATHER}
    assert told["tools"] == [{"type": "function", "function": function}]
    call = {"id": "toolu_1", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}
    assert told["messages"] == [
        {"role": "user", "content": "What is the weather in Paris?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "sunny", "tool_call_id": "toolu_1"},
    ]


def test_sampling_is_the_models_own_unless_given() -> None:
    told = body('"messages": [{"role": "user", "content": "x"}]')
    assert told["options"] == {"num_predict": 9}
    told = body('"messages": [{"role": "user", "content": "x"}], "top_k": 5, "top_p": 0.5, "stop_sequences": ["a"]')
    assert told["options"] == {"num_predict": 9, "top_k": 5, "top_p": 0.5, "stop": ["a"]}


def test_a_users_results_come_before_what_is_said_with_them() -> None:
    told = body(
        """"system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "messages": [
        {"role": "Assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "so"}]},
        {"role": "user", "content": [{"type": "text", "text": "and "}, {"type": "text", "text": "now?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "1"},
                {"type": "image", "source": {"type": "base64", "data": "BBBB"}}]},
            {"type": "document"}]},
        {"role": "user", "content": []}]"""
    )
    assert told["messages"] == [
        {"role": "system", "content": "ab"},
        {"role": "assistant", "content": "so", "thinking": "hm"},
        {"role": "tool", "content": "1", "tool_call_id": "t", "images": ["BBBB"]},
        {"role": "user", "content": "and now?", "images": ["AAAA"]},
    ]


@pytest.mark.parametrize(
    ("given", "think"),
    [
        ('"thinking": {"type": "enabled", "budget_tokens": 1024}', True),
        ('"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}', False),
        ('"thinking": {"type": "adaptive"}, "output_config": {"effort": " XHigh "}', "high"),
        ('"output_config": {"effort": "max"}', "max"),
        ('"output_config": {"effort": "future"}', None),
        ('"thinking": null', None),
    ],
)
def test_thinking(given: str, think: bool | str | None) -> None:
    assert body(f'"messages": [{{"role": "user", "content": "x"}}], {given}').get("think") == think


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "model is required"),
        ('{"model": "m"}', "max_tokens is required and must be positive"),
        ('{"model": "m", "max_tokens": -1}', "max_tokens is required and must be positive"),
        ('{"model": "m", "max_tokens": 1, "messages": []}', "messages is required"),
        (
            '{"model": "m", "max_tokens": 1, "messages": [{"content": [{"type": "tool_use"}]}]}',
            "tool_use block missing required 'id' field",
        ),
        (
            '{"model": "m", "max_tokens": 1, "messages": [{"content": [{"type": "tool_use", "id": "1"}]}]}',
            "tool_use block missing required 'name' field",
        ),
        ('{"model": "m", "max_tokens": 1, "messages": [{"content": [{"type": "image"}]}]}', "invalid image source"),
        (
            '{"model": "m", "max_tokens": 1, "messages": [{"content": '
            '[{"type": "image", "source": {"type": "url"}}]}]}',
            "invalid image source type: url. Only base64 images are supported.",
        ),
        (
            '{"model": "m", "max_tokens": 1, "messages": [{"content": '
            '[{"type": "image", "source": {"type": "base64", "data": "*"}}]}]}',
            "invalid base64 image data",
        ),
        (
            '{"model": "m", "max_tokens": 1, "messages": [{}], "tools": [{"type": "web_search_20250305"}]}',
            "web search is not available on this server",
        ),
        (
            '{"model": "m", "max_tokens": 1, "messages": [{"content": 5}]}',
            "json: cannot unmarshal number into Go struct field MessagesRequest.messages.content of type "
            "[]anthropic.ContentBlock",
        ),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        anthropic.turn(decode(text.encode(), anthropic.REQUEST))
    assert (refused.value.status, refused.value.message) == (400, message)


def test_a_stream_has_the_recorded_form() -> None:
    events = events_of(turn("v1.messages.stream"), said(*PIECES))
    assert differs("v1.messages.stream", events=events) == []


@pytest.mark.parametrize(
    ("exchange", "chunks"),
    [
        ("v1.messages.once", said(*PIECES)),
        ("tools.messages.unused", said("Paris", model="tooled:one", read=65)),
        ("tools.messages.history", said('"sunny"', model="tooled:one", reason="stop", read=95, written=5)),
        ("think.messages.on", thought("I'm", " glad", model="thinker:one")),
    ],
)
def test_an_answer_has_the_recorded_form(exchange: str, chunks: list[dict]) -> None:
    assert differs(exchange, body=turn(exchange).told(joined(chunks))) == []


def test_a_mixed_stream_opens_and_closes_each_block() -> None:
    chunks = [
        *thought("h", "m", model="m")[:2],
        *said("so", model="m")[:1],
        *called(("f", {"a": 1}), ("g", {}), model="m", read=3, written=4),
    ]
    events = [e["data"] for e in events_of(turn("v1.messages.stream"), chunks)]
    assert [(e["type"], e.get("index")) for e in events] == [
        ("message_start", None),
        ("content_block_start", 0),
        ("content_block_delta", 0),
        ("content_block_delta", 0),
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_delta", 1),
        ("content_block_stop", 1),
        ("content_block_start", 2),
        ("content_block_delta", 2),
        ("content_block_stop", 2),
        ("content_block_start", 3),
        ("content_block_delta", 3),
        ("content_block_stop", 3),
        ("message_delta", None),
        ("message_stop", None),
    ]
    assert events[1]["content_block"] == {"type": "thinking", "thinking": ""}
    assert events[2]["delta"] == {"type": "thinking_delta", "thinking": "h"}
    assert events[8]["content_block"] == {"type": "tool_use", "id": "call_00000000", "name": "f", "input": {}}
    assert events[9]["delta"] == {"type": "input_json_delta", "partial_json": '{"a":1}'}
    assert events[14]["delta"] == {"stop_reason": "tool_use"}
    assert events[14]["usage"] == {"input_tokens": 3, "output_tokens": 4}


def test_an_answer_of_calls_and_an_empty_one() -> None:
    told = turn("v1.messages.once").told(joined(called(("f", {"a": 1}), model="m", read=1, written=1)))
    assert told["content"] == [{"type": "tool_use", "id": "call_00000000", "name": "f", "input": {"a": 1}}]
    assert told["stop_reason"] == "tool_use"
    assert turn("v1.messages.once").told(closed("m", "stop", 1, 1))["content"] == []


def test_a_stream_that_breaks_says_so() -> None:
    stream = turn("v1.messages.stream").stream
    assert stream is not None
    told = parsed(b"".join(stream.failure("gone")))
    assert told == [{"event": "error", "data": {"type": "error", "error": {"type": "api_error", "message": "gone"}}}]


def test_the_estimate_counts_tools_calls_and_text() -> None:
    request = asked("tools.messages.history", anthropic.REQUEST)
    question, answer = "What is the weather in Paris?", "assistant"
    call = '{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Paris"}}'
    result = '{"type":"tool_result","tool_use_id":"toolu_1","content":"sunny"}'
    tool = 'get_weatherGet the weather{"type":"object","properties":{"city":{"type":"string"}}}'
    whole = len("user" + question + answer + call + "user" + result + tool)
    assert estimated_tokens(request) == whole // 4
    assert estimated_tokens({"messages": [{"role": "u", "content": ""}]}) == 1


def test_each_family_has_its_form_of_error() -> None:
    forms = {"/api/chat": ollama_error, "/v1/models": openai_error, "/v1/messages": anthropic_error, "/": ollama_error}
    assert {path: form_of(path) for path in forms} == forms
    assert anthropic_error(401, "x")["error"]["type"] == "authentication_error"
    assert openai_error(404, "x")["error"]["type"] == "not_found_error"
    assert openai_error(503, "x")["error"]["type"] == "api_error"
