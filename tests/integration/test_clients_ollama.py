"""The `ollama` package against a real engine with the demo model, and with models derived from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import ollama
import pytest
from client_models import (
    ARGUMENTS_OF_PARIS,
    CALL_SCHEMA,
    CHOICE_SCHEMA,
    DEMO,
    INFILL,
    THINKER,
    TOOLED,
    WEATHER,
    engine_for_clients,
)

ASK = [{"role": "user", "content": "Say hello in one short sentence."}]
SHORT = {"num_predict": 8, "temperature": 0, "seed": 1}
TOOLS = [{"type": "function", "function": WEATHER}]


@pytest.fixture(scope="module")
def engine_url(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Iterator[str]:
    with engine_for_clients(tmp_path_factory.mktemp("clients"), demo_gguf) as running:
        yield running.url


@pytest.fixture
def client(engine_url: str) -> ollama.Client:
    return ollama.Client(engine_url, timeout=60)


def test_the_store_is_listed_and_shown(client: ollama.Client) -> None:
    listed = {model.model: model for model in client.list().models}
    assert listed[DEMO].details.quantization_level == "Q4_1"
    assert client.show(DEMO).capabilities == ["completion"]
    assert "tools" in client.show(TOOLED).capabilities


def test_a_chat(client: ollama.Client) -> None:
    told = client.chat(DEMO, ASK, options=SHORT)
    assert told.message.content
    assert (told.done_reason, told.prompt_eval_count, told.eval_count) == ("length", 16, 8)
    assert told.total_duration >= told.eval_duration > 0


def test_a_streamed_chat(client: ollama.Client) -> None:
    chunks = [*client.chat(DEMO, ASK, options=SHORT, stream=True)]
    assert [chunk.done for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert "".join(chunk.message.content for chunk in chunks)
    assert chunks[-1].eval_count == 8


def test_generation_and_fill_in(client: ollama.Client) -> None:
    told = client.generate(DEMO, "Say hello in one short sentence.", options=SHORT)
    assert told.response
    assert len(told.context) == 24
    told = client.generate(INFILL, "def add(a, b):\n    return ", suffix="\n", options=SHORT)
    assert told.prompt_eval_count == 34


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_call(client: ollama.Client, stream: bool) -> None:
    told = client.chat(TOOLED, ASK, tools=TOOLS, format=CALL_SCHEMA, options=SHORT | {"num_predict": 60}, stream=stream)
    messages = [chunk.message for chunk in told] if stream else [told.message]
    (call,) = [call for message in messages for call in message.tool_calls or ()]
    assert (call.function.name, dict(call.function.arguments)) == ("get_weather", ARGUMENTS_OF_PARIS)
    history = [*ASK, {"role": "assistant", "content": "", "tool_calls": [call]}]
    history.append({"role": "tool", "tool_name": "get_weather", "content": "sunny, 20 degrees"})
    assert client.chat(TOOLED, history, tools=TOOLS, options=SHORT).message.content


def test_thinking(client: ollama.Client) -> None:
    told = client.chat(THINKER, ASK, think=True, options=SHORT).message
    assert told.thinking
    assert not told.content
    told = client.chat(THINKER, ASK, think=False, options=SHORT).message
    assert told.content
    assert not told.thinking


def test_a_schema_is_kept(client: ollama.Client) -> None:
    told = client.chat(DEMO, ASK, format=CHOICE_SCHEMA, options=SHORT | {"num_predict": 60})
    assert json.loads(told.message.content)["colour"] in ("red", "blue")


def test_logprobs_add_up_to_the_text(client: ollama.Client) -> None:
    told = client.chat(DEMO, ASK, options=SHORT, logprobs=True, top_logprobs=2)
    assert "".join(each.token for each in told.logprobs) == told.message.content
    assert {len(each.top_logprobs) for each in told.logprobs} == {2}


def test_keep_alive(client: ollama.Client) -> None:
    client.generate(DEMO, keep_alive=-1)
    (loaded,) = client.ps().models
    assert loaded.model == DEMO
    assert loaded.context_length > 0
    assert client.generate(DEMO, keep_alive=0).done_reason == "unload"
    assert client.chat(DEMO, ASK, options=SHORT, keep_alive="5m").message.content


@pytest.mark.parametrize(
    ("ask", "status", "words"),
    [
        (lambda c: c.chat("nope", ASK), 404, "model 'nope' not found"),
        (lambda c: [*c.chat("nope", ASK, stream=True)], 404, "model 'nope' not found"),
        (lambda c: c.generate("nope", "x"), 404, "model 'nope' not found"),
        (lambda c: c.show("nope"), 404, "model 'nope:latest' not found"),
        (lambda c: c.chat(DEMO, ASK, tools=TOOLS), 400, "does not support tools"),
        (lambda c: c.chat(DEMO, ASK, think=True), 400, "does not support thinking"),
        (lambda c: c.generate(DEMO, "x", suffix="y"), 400, "does not support insert"),
        (lambda c: c.generate(DEMO, "x", keep_alive="abc"), 400, "invalid duration"),
        (lambda c: c.embed(DEMO, "hello"), 501, "does not support embeddings"),
        (lambda c: c.pull("../x"), 400, "invalid model name"),
        (lambda c: c.push("nope"), 500, "no such file or directory"),
    ],
)
def test_refusals_are_the_packages_own_error(client: ollama.Client, ask, status: int, words: str) -> None:
    with pytest.raises(ollama.ResponseError, match=words) as refused:
        ask(client)
    assert refused.value.status_code == status


def test_models_are_copied_and_deleted(client: ollama.Client) -> None:
    client.copy(DEMO, "copied:one")
    assert client.chat("copied:one", ASK, options=SHORT).message.content
    client.delete("copied:one")
    with pytest.raises(ollama.ResponseError, match="not found"):
        client.show("copied:one")
