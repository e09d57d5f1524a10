"""Text completions, models and embeddings: translations, and answers held against the recorded ones."""

from __future__ import annotations

import base64
import struct

import pytest
from dialect_recordings import ANSWERS, DEMO, asked, differs, events_of, parsed

from arriero.engine.api import openai_completions, openai_embeddings, openai_models
from arriero.engine.api.go_decode import decode
from arriero.engine.api.refusal import Refusal

PLAIN = {"temperature": 0, "top_p": 1.0, "num_predict": 6, "seed": 1, "frequency_penalty": 0, "presence_penalty": 0}


def generated(*texts: str) -> list[dict]:
    """A generate answer of these pieces."""
    base = {"model": DEMO, "created_at": "2026-11-22T11:21:46.1Z"}
    chunks = [{**base, "response": text, "done": False} for text in texts]
    return [
        *chunks,
        {**base, "response": "", "done": True, "done_reason": "length", "prompt_eval_count": 13, "eval_count": 6},
    ]


def turn(exchange: str) -> openai_completions.Turn:
    return openai_completions.turn(asked(exchange, openai_completions.REQUEST))


def completion_body(text: str) -> dict:
    return openai_completions.ollama_body(decode(text.encode(), openai_completions.REQUEST))


@pytest.mark.parametrize(
    ("exchange", "options", "rest"),
    [
        ("v1.completions.once", PLAIN, {}),
        ("v1.completions.echo", PLAIN, {}),
        ("v1.completions.stream", PLAIN, {"stream": True}),
        ("v1.completions.stop", PLAIN | {"stop": [","]}, {}),
        ("v1.completions.suffix", PLAIN, {"suffix": " four"}),
        ("v1.completions.logprobs", PLAIN, {"logprobs": True, "top_logprobs": 1}),
    ],
)
def test_a_completion_becomes_a_generation(exchange: str, options: dict, rest: dict) -> None:
    want = {"model": DEMO, "prompt": "One, two,", "options": options, "stream": False} | rest
    assert turn(exchange).body == want


def test_a_completions_defaults() -> None:
    told = completion_body('{"top_p": 0}')
    assert told["options"] == {"temperature": 1.0, "top_p": 1.0, "frequency_penalty": 0, "presence_penalty": 0}
    assert (told["model"], told["prompt"]) == ("", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"stop": ["a", 5]}', "invalid type for 'stop' field: float64"),
        (
            '{"prompt": ["a"]}',
            "json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string",
        ),
    ],
)
def test_a_completion_is_refused(text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        completion_body(text)
    assert (refused.value.status, refused.value.message) == (400, message)


def test_a_completions_stream_has_the_recorded_form() -> None:
    assert (
        differs("v1.completions.stream", events=events_of(turn("v1.completions.stream"), generated("The", " x"))) == []
    )


@pytest.mark.parametrize("exchange", ["v1.completions.once", "v1.completions.logprobs"])
def test_a_completions_answer_has_the_recorded_form(exchange: str) -> None:
    answer = generated()[-1] | {"response": "The original", "logprobs": [{"token": "The"}]}
    assert differs(exchange, body=turn(exchange).told(answer)) == []


def test_a_completions_usage_is_zero_until_the_last_chunk() -> None:
    request = decode(b'{"stream": true, "stream_options": {"include_usage": true}}', openai_completions.REQUEST)
    told = [e["data"] for e in events_of(openai_completions.turn(request), generated("a"))]
    assert [each["usage"]["total_tokens"] for each in told[:-1]] == [0, 0, 19]
    assert [len(each["choices"]) for each in told[:-1]] == [1, 1, 0]
    assert told[-1] == "[DONE]"


def test_a_completions_stream_that_breaks_says_so() -> None:
    stream = turn("v1.completions.stream").stream
    assert stream is not None
    assert parsed(b"".join(stream.failure("gone")))[0]["data"]["error"]["message"] == "gone"


def test_the_models_have_the_recorded_form() -> None:
    listed = ANSWERS["tags"]["json"]["models"]
    told = openai_models.model_list(listed)
    assert differs("v1.models", body=told) == []
    assert differs("v1.model", body=openai_models.model(DEMO, listed[0]["modified_at"])) == []
    assert told["data"][0]["created"] == ANSWERS["v1.models"]["json"]["data"][0]["created"]


def test_models_of_others_and_no_models() -> None:
    assert openai_models.model("ana/llama:7b", "2026-11-22T11:19:23.145324482+01:00")["owned_by"] == "ana"
    assert openai_models.model_list([]) == {"object": "list", "data": None}


def embed(text: str) -> dict:
    return openai_embeddings.ollama_body(decode(text.encode(), openai_embeddings.REQUEST))


def test_what_is_asked_of_embed() -> None:
    assert embed('{"model": "m", "input": ["a", "b"]}') == {"model": "m", "input": ["a", "b"]}
    assert embed('{"model": "m", "input": "", "dimensions": 16}') == {"model": "m", "input": [""], "dimensions": 16}
    assert embed('{"input": 5}') == {"model": "", "input": 5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"model": "m"}', "invalid input"),
        ('{"model": "m", "input": []}', "invalid input"),
        (
            '{"input": "a", "encoding_format": "hex"}',
            "Invalid value for 'encoding_format' = hex. Supported values: ['float', 'base64'].",
        ),
    ],
)
def test_what_embeddings_refuse(text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        embed(text)
    assert (refused.value.status, refused.value.message) == (400, message)


def test_embeddings_as_numbers_and_packed() -> None:
    answer = {"embeddings": [[0.5, -0.25], [1.0, 0.0]], "prompt_eval_count": 4}
    told = openai_embeddings.embedding_list({"model": "m"}, answer)
    assert told == {
        "object": "list",
        "data": [
            {"object": "embedding", "embedding": [0.5, -0.25], "index": 0},
            {"object": "embedding", "embedding": [1.0, 0.0], "index": 1},
        ],
        "model": "m",
        "usage": {"prompt_tokens": 4, "total_tokens": 4},
    }
    packed = openai_embeddings.embedding_list({"model": "m", "encoding_format": "BASE64"}, answer)
    assert struct.unpack("<2f", base64.b64decode(packed["data"][0]["embedding"])) == (0.5, -0.25)
