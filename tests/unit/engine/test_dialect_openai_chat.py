"""Chat completions: the translation of requests, and answers held against the recorded ones."""

from __future__ import annotations

import pytest
from dialect_recordings import DEMO, asked, called, closed, differs, events_of, joined, parsed, said, thought

from arriero.engine.api import openai_chat
from arriero.engine.api.go_decode import decode
from arriero.engine.api.refusal import Refusal

PIECES = ("I", "'m", " so", " sorry", " to", " hear", " that", " you")
HELLO = [{"role": "user", "content": "Say hello in one short sentence."}]
PLAIN = {"temperature": 0, "top_p": 1.0, "num_predict": 8, "seed": 1}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather",
        "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
    },
}
HISTORY = [
    {"role": "user", "content": "What is the weather in Paris?"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "call_1", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}],
    },
    {"role": "tool", "content": "sunny, 20 degrees", "tool_call_id": "call_1", "tool_name": "get_weather"},
]


def body(exchange: str) -> dict:
    return openai_chat.ollama_body(asked(exchange, openai_chat.REQUEST))


def turn(exchange: str) -> openai_chat.Turn:
    return openai_chat.turn(asked(exchange, openai_chat.REQUEST))


def translated(text: str) -> dict:
    return openai_chat.turn(decode(text.encode(), openai_chat.REQUEST)).body


@pytest.mark.parametrize(
    ("exchange", "options", "rest"),
    [
        ("v1.chat.once", PLAIN, {}),
        ("v1.chat.stream", PLAIN, {"stream": True}),
        ("v1.chat.stop.string", PLAIN | {"stop": [" "]}, {}),
        ("v1.chat.stop.list", PLAIN | {"stop": ["hello", "Hello"]}, {}),
        ("v1.chat.json_object", PLAIN | {"num_predict": 40}, {"format": "json"}),
        ("v1.chat.format.bad", PLAIN, {}),
        ("v1.chat.tool_choice", PLAIN, {}),
        ("v1.chat.max_completion_tokens", {"temperature": 0, "top_p": 1.0, "seed": 1}, {}),
        ("v1.chat.reasoning", PLAIN, {"think": "low"}),
        ("v1.chat.reasoning.none", PLAIN, {"think": False}),
        ("v1.chat.tools", PLAIN, {"tools": [WEATHER]}),
        ("v1.chat.logprobs", PLAIN | {"num_predict": 2}, {"logprobs": True, "top_logprobs": 1}),
        ("v1.chat.user", PLAIN | {"presence_penalty": 0.1, "frequency_penalty": 0.1, "top_p": 0.9}, {}),
    ],
)
def test_a_request_becomes_ollamas(exchange: str, options: dict, rest: dict) -> None:
    want = {"model": DEMO, "messages": HELLO, "options": options, "stream": False} | rest
    assert body(exchange) == want


def test_openais_defaults_are_sent_so_they_win_over_the_models_own() -> None:
    told = translated('{"model": "m", "messages": [{"role": "user", "content": "hi"}]}')
    assert told["options"] == {"temperature": 1.0, "top_p": 1.0}


def test_a_calls_history_names_its_tool() -> None:
    told = body("tools.v1.history")
    assert told["messages"] == HISTORY
    assert told["tools"] == [WEATHER]


def test_parts_become_messages_and_pictures_stay_base64() -> None:
    parts = (
        '[{"type": "text", "text": "what"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]'
    )
    told = translated(f'{{"messages": [{{"role": "user", "content": {parts}}}]}}')
    assert told["messages"] == [
        {"role": "user", "content": "what"},
        {"role": "user", "content": "", "images": ["AAAA"]},
    ]


def test_the_calls_of_a_turn_in_parts_belong_to_its_last_message() -> None:
    call = '{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}'
    message = '{"role": "assistant", "reasoning": "hm", "content": [{"type": "text", "text": "a"}], "tool_calls": [%s]}'
    told = translated('{"messages": [%s, {"role": "tool", "name": "f", "content": "1"}]}' % (message % call))
    calls = [{"id": "c", "function": {"name": "f", "arguments": {}}}]
    assert told["messages"] == [
        {"role": "assistant", "content": "a", "thinking": "hm", "tool_calls": calls},
        {"role": "tool", "content": "1", "tool_name": "f"},
    ]


@pytest.mark.parametrize(
    ("request_text", "message"),
    [
        ('{"messages": []}', "[] is too short - 'messages'"),
        ('{"messages": [{"role": "user"}]}', "invalid message content type: <nil>"),
        ('{"messages": [{"role": "user", "content": {}}]}', "invalid message content type: map[string]interface {}"),
        ('{"messages": [{"role": "user", "content": [5]}]}', "invalid message format"),
        ('{"messages": [{"role": "user", "content": [{"type": "audio"}]}]}', "invalid message format"),
        (
            '{"messages": [{"content": [{"type": "image_url", "image_url": "data:image/gif;base64,AA"}]}]}',
            "invalid image input",
        ),
        (
            '{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "data:;base64,*"}]}]}',
            "invalid image input",
        ),
        (
            '{"messages": [{"role": "a", "content": "", "tool_calls": [{"function": {"arguments": "[1]"}}]}]}',
            "invalid tool call arguments",
        ),
        (
            '{"messages": [{"role": "user", "content": "x"}], "reasoning_effort": "huge"}',
            'invalid reasoning value: \'huge\' (must be "high", "medium", "low", "max", or "none")',
        ),
        (
            '{"messages": [{"role": 1}]}',
            "json: cannot unmarshal number into Go struct field ChatCompletionRequest.messages.role of type string",
        ),
    ],
)
def test_what_ollama_does_not_take_is_refused_in_its_words(request_text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        translated(request_text)
    assert (refused.value.status, refused.value.message) == (400, message)


@pytest.mark.parametrize("effort", ["low", "medium", "high", "max"])
def test_the_nested_effort_wins(effort: str) -> None:
    text = '{"messages": [{"role": "user", "content": "x"}], "reasoning_effort": "none", "reasoning": {"effort": "%s"}}'
    assert translated(text % effort)["think"] == effort


@pytest.mark.parametrize(
    ("exchange", "chunks"),
    [
        ("v1.chat.stream", said(*PIECES)),
        ("v1.chat.stream.usage", said(*PIECES)),
        ("think.v1.stream", thought("I", "'m", " glad", " to", " hear", model="thinker:one")),
        ("tools.v1.stream", called(("get_weather", {"city": "Paris"}), model="tooled:one", read=71, written=18)),
        ("tools.v1.history.stream", said('"', "sunny", ",", model="tooled:one", read=106)),
    ],
)
def test_a_stream_has_the_recorded_form(exchange: str, chunks: list[dict]) -> None:
    assert differs(exchange, events=events_of(turn(exchange), chunks)) == []


@pytest.mark.parametrize(
    ("exchange", "chunks"),
    [
        ("v1.chat.once", said(*PIECES)),
        ("v1.chat.stop.string", said("I'm", reason="stop", written=3)),
        ("think.v1.low", thought("I'm", " glad to hear", model="thinker:one")),
        ("think.v1.none", said("The phrase", model="thinker:one", read=10, written=6)),
    ],
)
def test_an_answer_has_the_recorded_form(exchange: str, chunks: list[dict]) -> None:
    assert differs(exchange, body=turn(exchange).told(joined(chunks))) == []


def test_joined_calls_and_logprobs_have_the_recorded_form() -> None:
    chunks = called(("get_weather", {"city": "Paris"}), model="tooled:one", read=71, written=18)
    assert differs("tools.v1.once", body=turn("tools.v1.once").told(joined(chunks))) == []
    chunks = said("I", "'m", written=2)
    for chunk, token in zip(chunks, ("I", "'m"), strict=False):
        told = {"token": token, "logprob": -2.5, "bytes": [*token.encode()]}
        chunk["logprobs"] = [told | {"top_logprobs": [told]}]
    assert differs("v1.chat.logprobs", body=turn("v1.chat.logprobs").told(joined(chunks))) == []


def test_a_broken_answer_is_no_answer() -> None:
    with pytest.raises(Refusal) as refused:
        joined([*said("a")[:1], {"error": "gone"}])
    assert (refused.value.status, refused.value.message) == (500, "gone")


def test_thinking_and_content_of_one_chunk_are_told_apart() -> None:
    mixed = said("so")[0]
    mixed["message"]["thinking"] = "hm"
    mixed["logprobs"] = [{"token": "so"}]
    deltas = [e["data"]["choices"][0] for e in events_of(turn("v1.chat.stream"), [mixed])]
    assert [d["delta"] for d in deltas] == [
        {"role": "assistant", "content": "", "reasoning": "hm"},
        {"content": "so"},
    ]
    assert [bool(d.get("logprobs")) for d in deltas] == [True, False]


def test_what_comes_with_the_last_chunk_is_told_before_the_reason() -> None:
    last = said("end", reason="stop")[0] | closed(DEMO, "stop", 1, 1)
    last["message"] = {"role": "assistant", "content": "end"}
    events = events_of(turn("v1.chat.stream"), [last])
    choices = [e["data"]["choices"][0] for e in events[:-1]]
    assert [(c["delta"], c["finish_reason"]) for c in choices] == [
        ({"role": "assistant", "content": "end"}, None),
        ({}, "stop"),
    ]


def test_an_empty_answer_still_has_its_role() -> None:
    choices = [e["data"]["choices"][0] for e in events_of(turn("v1.chat.stream"), said(reason="stop"))[:-1]]
    assert [c["delta"] for c in choices] == [{"role": "assistant", "content": ""}, {}]


def test_a_stream_that_breaks_says_so_and_is_not_done() -> None:
    stream = turn("v1.chat.stream").stream
    assert stream is not None
    told = parsed(b"".join(stream.failure("llama-server process has terminated")))
    error = {"message": "llama-server process has terminated", "type": "api_error", "param": None, "code": None}
    assert told == [{"data": {"error": error}}]
