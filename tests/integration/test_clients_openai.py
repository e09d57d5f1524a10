"""The `openai` package against a real engine with the demo model, and with models derived from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import openai
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
TOOLS = [{"type": "function", "function": WEATHER}]
CALL_FORMAT = {"type": "json_schema", "json_schema": {"name": "call", "schema": CALL_SCHEMA}}


@pytest.fixture(scope="module")
def engine_url(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Iterator[str]:
    with engine_for_clients(tmp_path_factory.mktemp("clients"), demo_gguf) as running:
        yield running.url


@pytest.fixture
def client(engine_url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{engine_url}/v1", api_key="any", max_retries=0, timeout=60)


def test_models(client: openai.OpenAI) -> None:
    assert DEMO in [model.id for model in client.models.list()]
    assert client.models.retrieve(DEMO).owned_by == "library"
    with pytest.raises(openai.NotFoundError, match="'nope:latest' not found"):
        client.models.retrieve("nope")


def test_a_chat(client: openai.OpenAI) -> None:
    told = client.chat.completions.create(model=DEMO, messages=ASK, max_tokens=8, temperature=0, seed=1)
    assert told.choices[0].message.content
    assert told.choices[0].finish_reason == "length"
    assert (told.usage.prompt_tokens, told.usage.completion_tokens, told.usage.total_tokens) == (16, 8, 24)


def test_a_streamed_chat(client: openai.OpenAI) -> None:
    usage = {"include_usage": True}
    asked = {"model": DEMO, "messages": ASK, "max_tokens": 8, "temperature": 0, "seed": 1}
    *chunks, last = client.chat.completions.create(**asked, stream=True, stream_options=usage)
    choices = [chunk.choices[0] for chunk in chunks]
    assert choices[0].delta.role == "assistant"
    assert "".join(choice.delta.content or "" for choice in choices)
    assert [choice.finish_reason for choice in choices] == [None] * (len(choices) - 1) + ["length"]
    assert (last.choices, last.usage.completion_tokens) == ([], 8)


def test_a_tool_call(client: openai.OpenAI) -> None:
    told = client.chat.completions.create(
        model=TOOLED, messages=ASK, tools=TOOLS, response_format=CALL_FORMAT, max_tokens=60, temperature=0
    )
    (call,) = told.choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", ARGUMENTS_OF_PARIS)
    assert told.choices[0].finish_reason == "tool_calls"
    again = [*ASK, told.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    told = client.chat.completions.create(model=TOOLED, messages=again, tools=TOOLS, max_tokens=4, temperature=0)
    assert told.choices[0].message.content


def test_a_streamed_tool_call(client: openai.OpenAI) -> None:
    chunks = [
        *client.chat.completions.create(
            model=TOOLED,
            messages=ASK,
            tools=TOOLS,
            response_format=CALL_FORMAT,
            max_tokens=60,
            temperature=0,
            stream=True,
        )
    ]
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    assert [call.function.name for call in calls] == ["get_weather"]
    assert json.loads(calls[0].function.arguments) == ARGUMENTS_OF_PARIS
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_a_schema_is_kept(client: openai.OpenAI) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "age", "schema": CHOICE_SCHEMA}}
    told = client.chat.completions.create(
        model=DEMO, messages=ASK, response_format=form, max_tokens=60, temperature=0, seed=1
    )
    assert json.loads(told.choices[0].message.content)["colour"] in ("red", "blue")


def test_logprobs_add_up_to_the_text(client: openai.OpenAI) -> None:
    told = client.chat.completions.create(
        model=DEMO, messages=ASK, max_tokens=4, temperature=0, logprobs=True, top_logprobs=2
    )
    tokens = told.choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == told.choices[0].message.content
    assert all(len(token.top_logprobs) == 2 and token.logprob <= 0 for token in tokens)


def test_reasoning(client: openai.OpenAI) -> None:
    asked = {"model": THINKER, "messages": ASK, "max_tokens": 6, "temperature": 0}
    told = client.chat.completions.create(**asked, reasoning_effort="low").choices[0].message
    assert told.content == ""
    assert told.reasoning
    told = client.chat.completions.create(**asked, reasoning_effort="none").choices[0].message
    assert told.content
    assert not hasattr(told, "reasoning")


def test_a_completion_and_a_fill_in(client: openai.OpenAI) -> None:
    told = client.completions.create(model=DEMO, prompt="One, two,", max_tokens=6, temperature=0)
    assert told.choices[0].text
    assert told.usage.prompt_tokens == 13
    told = client.completions.create(
        model=INFILL, prompt="def add(a, b):\n    return ", suffix="\n", max_tokens=8, temperature=0
    )
    assert told.usage.prompt_tokens == 34
    chunks = [*client.completions.create(model=DEMO, prompt="One, two,", max_tokens=6, temperature=0, stream=True)]
    assert chunks[-1].choices[0].finish_reason == "length"


def test_a_response(client: openai.OpenAI) -> None:
    told = client.responses.create(model=DEMO, input="Say hello.", max_output_tokens=8, temperature=0)
    assert told.status == "completed"
    assert told.output_text
    assert told.usage.output_tokens == 8


def test_a_streamed_response(client: openai.OpenAI) -> None:
    with client.responses.stream(model=DEMO, input="Say hello.", max_output_tokens=8, temperature=0) as stream:
        events = [*stream]
        told = stream.get_final_response()
    assert [event.sequence_number for event in events] == [*range(len(events))]
    assert told.output_text == "".join(e.delta for e in events if e.type == "response.output_text.delta")


def test_a_response_that_calls(client: openai.OpenAI) -> None:
    tool = {"type": "function", "strict": None, **WEATHER}
    form = {"format": {"type": "json_schema", "name": "call", "schema": CALL_SCHEMA}}
    with client.responses.stream(
        model=TOOLED, input="Weather?", tools=[tool], text=form, max_output_tokens=60, temperature=0
    ) as stream:
        told = stream.get_final_response()
    (call,) = told.output
    assert (call.type, call.name, json.loads(call.arguments)) == ("function_call", "get_weather", ARGUMENTS_OF_PARIS)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"model": "nope", "messages": ASK}, openai.NotFoundError, "model 'nope' not found"),
        ({"model": "", "messages": ASK}, openai.BadRequestError, "model is required"),
        ({"model": DEMO, "messages": []}, openai.BadRequestError, r"\[\] is too short"),
        ({"model": DEMO, "messages": ASK, "tools": TOOLS}, openai.BadRequestError, "does not support tools"),
        ({"model": DEMO, "messages": ASK, "reasoning_effort": "low"}, openai.BadRequestError, "thinking"),
        ({"model": "nope", "messages": ASK, "stream": True}, openai.NotFoundError, "model 'nope' not found"),
    ],
)
def test_refusals_are_the_packages_own_errors(client: openai.OpenAI, asked: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        client.chat.completions.create(**asked)


def test_embeddings_of_a_chat_model(client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError, match="does not support embeddings") as refused:
        client.embeddings.create(model=DEMO, input="hello")
    assert refused.value.status_code == 501


def test_a_client_that_leaves_does_not_keep_the_model(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(model=DEMO, messages=ASK, max_tokens=4000, temperature=0, stream=True)
    assert next(iter(stream)).choices
    stream.close()
    told = client.chat.completions.create(model=DEMO, messages=ASK, max_tokens=2, temperature=0)
    assert told.usage.completion_tokens == 2
