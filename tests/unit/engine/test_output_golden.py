"""Every output that Ollama's own parsers took apart, piece by piece."""

from __future__ import annotations

from typing import Any

import pytest
from prompt_requests import golden

from arriero.engine.output import ThinkingParser, ToolParser

OUTPUT = golden("output.json")


def test_the_recording_is_whole() -> None:
    assert (len(OUTPUT["tools"]), len(OUTPUT["thinking"])) == (51, 15)


@pytest.mark.parametrize("vector", OUTPUT["tools"], ids=lambda vector: vector["id"])
def test_tool_calls_are_found_as_ollama_finds_them(vector: dict[str, Any]) -> None:
    parser = ToolParser(vector["tag"], vector["tools"])
    for chunk, step in zip(vector["chunks"], vector["steps"], strict=True):
        calls, content = parser.feed(chunk)
        told = [{"arguments": call.arguments, "index": call.index, "name": call.name} for call in calls]
        assert (told, content) == (step.get("calls", []), step["content"])
    assert parser.rest() == vector["rest"]


@pytest.mark.parametrize("vector", OUTPUT["thinking"], ids=lambda vector: vector["id"])
def test_thoughts_are_told_apart_as_ollama_does(vector: dict[str, Any]) -> None:
    parser = ThinkingParser(vector["open"], vector["close"])
    for chunk, step in zip(vector["chunks"], vector["steps"], strict=True):
        assert parser.feed(chunk) == (step.get("thinking", ""), step["content"])
