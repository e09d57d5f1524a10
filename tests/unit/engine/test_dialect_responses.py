"""OpenAI's Responses: input items, the response object, and the order of a stream's events."""

from __future__ import annotations

import pytest
from dialect_recordings import DEMO, asked, called, closed, differs, events_of, joined, parsed, said, thought

from arriero.engine.api import responses
from arriero.engine.api.go_decode import decode
from arriero.engine.api.refusal import Refusal

PIECES = ("I", "'m", " so", " sorry", " to", " hear", " that", " you")
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "",
        "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
    },
}


def turn(exchange: str) -> responses.Turn:
    return responses.turn(asked(exchange, responses.REQUEST))


def body(text: str) -> dict:
    return responses.ollama_body(decode(text.encode(), responses.REQUEST))


@pytest.mark.parametrize(
    ("exchange", "content", "rest"),
    [
        ("v1.responses.once", "Say hello in one short sentence.", {}),
        ("v1.responses.stream", "Say hello in one short sentence.", {"stream": True}),
        ("v1.responses.items", "Say hello.", {}),
    ],
)
def test_a_request_becomes_ollamas(exchange: str, content: str, rest: dict) -> None:
    assert (
        turn(exchange).body
        == {
            "model": DEMO,
            "messages": [{"role": "user", "content": content}],
            "options": {"temperature": 0, "num_predict": 8},
            "stream": False,
        }
        | rest
    )


def test_tools_schema_and_effort() -> None:
    told = turn("tools.responses").body
    assert told["tools"] == [TOOL]
    assert told["format"]["properties"]["name"] == {"const": "get_weather"}
    assert turn("think.responses.stream").body["think"] == "low"


def test_temperature_is_one_unless_given_and_top_p_the_models_own() -> None:
    assert body('{"input": "x"}')["options"] == {"temperature": 1.0}
    assert body('{"input": "x", "temperature": 0.5, "top_p": 0.2}')["options"] == {"temperature": 0.5, "top_p": 0.2}


def test_a_whole_conversation() -> None:
    told = body(
        """{"instructions": "Be brief.", "input": [
        {"role": "user", "content": "weather?"},
        {"type": "reasoning", "encrypted_content": "need both", "summary": []},
        {"type": "function_call", "call_id": "c1", "name": "w", "arguments": "{\\"city\\":\\"Paris\\"}"},
        {"type": "function_call", "call_id": "c2", "name": "w", "arguments": ""},
        {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "ra"},
            {"type": "output_text", "text": "in"}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "see"},
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
            {"type": "input_image", "file_id": "f"}]},
        {"type": "reasoning", "encrypted_content": "left over"}]}"""
    )
    calls = [
        {"id": "c1", "function": {"name": "w", "arguments": {"city": "Paris"}}},
        {"id": "c2", "function": {"name": "w", "arguments": {}}},
    ]
    assert told["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": "", "tool_calls": calls, "thinking": "need both"},
        {"role": "tool", "content": "sunny", "tool_call_id": "c1"},
        {"role": "tool", "content": "rain", "tool_call_id": "c2"},
        {"role": "user", "content": "see", "images": ["AAAA"]},
        {"role": "assistant", "content": "", "thinking": "left over"},
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('[{"content": "x"}]', "input[0]: input item missing required 'type' field"),
        ('[{"type": "item_reference"}]', 'input[0]: unknown input item type: "item_reference"'),
        ('[{"role": "u", "content": [{"type": "video"}]}]', "input[0]: content[0]: unknown content type: video"),
        ('[{"role": "u", "content": [{"type": "input_file"}]}]', "file inputs are not currently supported"),
        (
            '[{"type": "function_call", "arguments": "[]"}]',
            "failed to parse function call arguments: cannot unmarshal []interface {} into an object",
        ),
        (
            "5",
            "json: cannot unmarshal number into Go struct field ResponsesRequest.input of type "
            "[]openai.ResponsesInputItem",
        ),
    ],
)
def test_input_that_is_refused(given: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        body(f'{{"input": {given}}}')
    assert (refused.value.status, refused.value.message) == (400, message)


@pytest.mark.parametrize(
    ("exchange", "chunks"),
    [
        ("v1.responses.stream", said(*PIECES)),
        ("think.responses.stream", thought("I", "'m", " glad", " to", " hear", model="thinker:one")),
    ],
)
def test_a_stream_has_the_recorded_form(exchange: str, chunks: list[dict]) -> None:
    events = events_of(turn(exchange), chunks)
    assert differs(exchange, events=events) == []
    assert [e["data"]["sequence_number"] for e in events] == [*range(len(events))]
    assert [e["event"] for e in events] == [e["data"]["type"] for e in events]


@pytest.mark.parametrize(
    ("exchange", "chunks"),
    [
        ("v1.responses.once", said(*PIECES)),
        (
            "tools.responses",
            called(("get_weather", {"city": "Paris"}), model="tooled:one", read=68, written=21),
        ),
    ],
)
def test_an_answer_has_the_recorded_form(exchange: str, chunks: list[dict]) -> None:
    told = turn(exchange).told(joined(chunks))
    assert differs(exchange, body=told) == []


def test_every_item_of_a_mixed_stream_has_its_own_place() -> None:
    model = "tooled:one"
    chunks = [
        *thought("hm", model=model)[:1],
        *said("wait", model=model)[:1],
        *called(("f", {"a": "<b>"}), ("g", {}), model=model, read=1, written=2),
    ]
    events = events_of(turn("think.responses.stream"), chunks)
    added = [e["data"] for e in events if e["event"] == "response.output_item.added"]
    done = [e["data"] for e in events if e["event"] == "response.output_item.done"]
    kinds = ["reasoning", "message", "function_call", "function_call"]
    assert [(each["output_index"], each["item"]["type"]) for each in added] == [*enumerate(kinds)]
    assert [each["item"]["id"] for each in added] == [each["item"]["id"] for each in done]
    assert events[-1]["data"]["response"]["output"] == [each["item"] for each in done]
    assert done[2]["item"]["arguments"] == '{"a":"\\u003cb\\u003e"}'
    assert [added[2]["item"][key] for key in ("status", "arguments")] == ["in_progress", ""]
    arguments = [e["data"] for e in events if e["event"].startswith("response.function_call_arguments")]
    assert [(each["output_index"], each.get("delta", each.get("arguments"))) for each in arguments] == [
        (2, '{"a":"\\u003cb\\u003e"}'),
        (2, '{"a":"\\u003cb\\u003e"}'),
        (3, "{}"),
        (3, "{}"),
    ]


def test_an_answer_with_thinking_text_and_a_call_keeps_all_three() -> None:
    answer = closed("m", "stop", 1, 2)
    call = {"id": "c", "function": {"index": 0, "name": "f", "arguments": {}}}
    answer["message"] = {"role": "assistant", "content": "x", "thinking": "hm", "tool_calls": [call]}
    told = turn("think.responses.stream").told(answer)
    assert [item["type"] for item in told["output"]] == ["reasoning", "message", "function_call"]
    assert told["reasoning"] == {"effort": "low"}


def test_the_request_is_echoed() -> None:
    text = """{"model": "m", "input": "x", "instructions": "i", "truncation": "auto", "background": true, "top_p": 0.5,
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {"a": 1}, "strict": false}}}"""
    told = responses.turn(decode(text.encode(), responses.REQUEST)).told(joined(said("x", model="m")))
    assert [told[key] for key in ("instructions", "truncation", "background", "top_p")] == ["i", "auto", True, 0.5]
    assert told["text"] == {"format": {"type": "json_schema", "name": "n", "schema": {"a": 1}, "strict": False}}


def test_a_stream_that_breaks_has_failed() -> None:
    stream = turn("v1.responses.stream").stream
    assert stream is not None
    begun = parsed(b"".join(stream.events(said("a")[0])))
    (failed,) = parsed(b"".join(stream.failure("gone")))
    assert failed["event"] == "response.failed"
    assert failed["data"]["sequence_number"] == len(begun)
    assert failed["data"]["response"]["status"] == "failed"
    assert failed["data"]["response"]["error"] == {"code": "server_error", "message": "gone"}
