from __future__ import annotations

from typing import Any

import pytest

from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import (
    CHAT,
    GENERATE,
    keep_alive_of,
    messages_of,
    read,
    thinking_of,
    tools_of,
    top_logprobs_of,
    truth_of,
)
from arriero.engine.go_duration import LONGEST_S
from arriero.engine.prompt import Message, Thinking, ToolCall


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", "missing request body"),
        (b" \n", "missing request body"),
        (b'{"model":', "unexpected EOF"),
        (b'{"messages": [{"content": 5}]}', "ChatRequest.messages.content of type string"),
        (b'{"messages": [{"images": "a"}]}', "ChatRequest.messages.images of type []api.ImageData"),
        (b'{"tools": {}}', "json: cannot unmarshal object into Go struct field ChatRequest.tools of type api.Tools"),
    ],
)
def test_bodies_that_are_refused(raw: bytes, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(raw, CHAT)
    assert caught.value.status == 400
    assert text in caught.value.message


def test_a_null_is_nothing_said() -> None:
    body = read(b'{"prompt": null, "stream": null, "keep_alive": null, "think": null, "truncate": null}', GENERATE)
    assert (keep_alive_of(body), thinking_of(body), truth_of(body, "truncate", True)) == (None, Thinking(), True)


@pytest.mark.parametrize(
    ("given", "seconds"), [(5, 5), (0.5, 0.5), ("5m", 300), ("0", 0), (-1, LONGEST_S), ("-1m", LONGEST_S), (0, 0)]
)
def test_keep_alive(given: Any, seconds: float) -> None:
    assert keep_alive_of({"keep_alive": given}) == seconds


@pytest.mark.parametrize(
    ("given", "text"),
    [("-1", 'time: missing unit in duration "-1"'), (True, "Unsupported type: 'bool'"), ([], "Unsupported type")],
)
def test_keep_alive_that_is_none(given: Any, text: str) -> None:
    with pytest.raises(Refusal, match=text):
        keep_alive_of({"keep_alive": given})


@pytest.mark.parametrize(
    ("given", "thinking"),
    [
        (True, Thinking(True, "medium", True)),
        (False, Thinking(False, "", True)),
        ("high", Thinking(True, "high", True)),
    ],
)
def test_thinking(given: Any, thinking: Thinking) -> None:
    assert thinking_of({"think": given}) == thinking


@pytest.mark.parametrize("given", ["very", 1, {}])
def test_thinking_that_is_none(given: Any) -> None:
    with pytest.raises(Refusal, match="think"):
        thinking_of({"think": given})


@pytest.mark.parametrize(
    ("body", "wanted"),
    [({}, None), ({"top_logprobs": 3}, None), ({"logprobs": True}, 0), ({"logprobs": True, "top_logprobs": 20}, 20)],
)
def test_logprobs(body: dict[str, Any], wanted: int | None) -> None:
    assert top_logprobs_of(body) == wanted


@pytest.mark.parametrize("count", [-1, 21])
def test_too_many_logprobs(count: int) -> None:
    with pytest.raises(Refusal, match="between 0 and 20"):
        top_logprobs_of({"top_logprobs": count})


def test_messages_with_all_they_may_have() -> None:
    raw = {
        "role": "ASSISTANT",
        "content": "c",
        "thinking": "t",
        "images": ["aGk="],
        "tool_calls": [{"id": "1", "function": {"index": 2, "name": "f", "arguments": {"a": 1}}}],
        "tool_name": "f",
        "tool_call_id": "1",
    }
    calls = (ToolCall("f", {"a": 1}, "1", 2),)
    assert messages_of({"messages": [raw, {}]}) == [
        Message("assistant", "c", "t", (b"hi",), calls, "f", "1"),
        Message(""),
    ]


def test_a_tool_that_is_badly_described() -> None:
    with pytest.raises(Refusal, match=r"ChatRequest\.tools\.function\.name of type string"):
        tools_of({"tools": [{"function": {"name": 5}}]})
