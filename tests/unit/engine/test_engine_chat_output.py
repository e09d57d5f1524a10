from __future__ import annotations

from typing import Any

from arriero.engine.api.chat_output import ChatOutput
from arriero.engine.output import ThinkingParser, ToolParser

CALL = '{"name": "look", "arguments": {"at": "it"}}'


def told(output: ChatOutput, *pieces: str, logprobs: bool = False) -> list[dict[str, Any]]:
    """The messages of the pieces, the last of which ends the answer."""
    last = len(pieces) - 1
    return [m for n, piece in enumerate(pieces) for m in output.messages(piece, ended=n == last, logprobs=logprobs)]


def message(content: str, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


def calls() -> ToolParser:
    return ToolParser("{", ["look"], new_id=lambda: "call_1")


def test_plain_text_passes() -> None:
    assert told(ChatOutput(None, None, False), "a", "b", "") == [message("a"), message("b"), message("")]


def test_thoughts_are_told_apart_and_what_may_be_a_tag_is_held_back() -> None:
    output = ChatOutput(ThinkingParser("<think>", "</think>"), None, False)
    assert told(output, "<thi", "nk>why", "</think>", "so", "") == [
        message("", thinking="why"),
        message("so"),
        message(""),
    ]


def test_a_call_comes_whole_and_its_pieces_not_at_all() -> None:
    shown = {"id": "call_1", "function": {"index": 0, "name": "look", "arguments": {"at": "it"}}}
    output = ChatOutput(None, calls(), False)
    assert told(output, CALL[:20], CALL[20:], "") == [message("", tool_calls=[shown]), message("")]


def test_pieces_of_a_call_carry_their_logprobs() -> None:
    assert told(ChatOutput(None, calls(), False), CALL[:20], "x", logprobs=True)[0] == message("")


def test_what_was_no_call_is_given_back_at_the_end() -> None:
    assert told(ChatOutput(None, calls(), False), '{"name": "lo', "") == [message('{"name": "lo')]


def test_a_format_falls_due_when_the_thoughts_end() -> None:
    output = ChatOutput(ThinkingParser("<think>", "</think>", started=True), None, True)
    assert output.thinks_first
    first = [
        m for piece in ("I think", " so.</think>", "{") for m in output.messages(piece, ended=False, logprobs=False)
    ]
    assert first == [message("", thinking="I think"), message("", thinking=" so."), message("")]
    assert (output.format_is_due, output.thoughts) == (True, "I think so.")
    output.begin_formatted()
    assert told(output, '{"a":1}', "") == [message('{"a":1}'), message("")]
    assert not output.format_is_due


def test_a_format_without_thoughts_is_there_from_the_start() -> None:
    assert not ChatOutput(None, None, True).thinks_first
