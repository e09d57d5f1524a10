from __future__ import annotations

from typing import Any

import pytest

from arriero.engine.errors import FormatInvalid
from arriero.engine.generation import JSON_GRAMMAR, Ask, completion_body, shortened
from arriero.engine.options import Options


def body(**changes: Any) -> dict[str, Any]:
    return completion_body(Ask("Hi", Options(), **changes), "Hi", 4096)


def test_a_plain_request() -> None:
    made = body()
    assert (made["prompt"], made["stream"], made["cache_prompt"], made["return_progress"]) == ("Hi", True, True, True)
    assert {"grammar", "json_schema", "n_probs", "preserved_tokens"} & made.keys() == set()


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        (None, {}),
        ("", {}),
        ("json", {"grammar": JSON_GRAMMAR}),
        ({"type": "object"}, {"json_schema": {"type": "object"}}),
    ],
)
def test_formats(wanted: Any, part: dict[str, Any]) -> None:
    assert body(format=wanted) == body() | part


@pytest.mark.parametrize(("wanted", "shown"), [("xml", '"xml"'), (5, "5"), (["a"], '["a"]')])
def test_formats_that_are_none(wanted: Any, shown: str) -> None:
    with pytest.raises(FormatInvalid) as caught:
        body(format=wanted)
    assert caught.value.given == shown


@pytest.mark.parametrize(("asked", "given"), [(None, None), (0, 1), (3, 3)])
def test_logprobs(asked: int | None, given: int | None) -> None:
    assert body(top_logprobs=asked).get("n_probs") == given


def test_images_stand_where_the_prompt_says() -> None:
    ask = Ask("a [img-0] b [img-1]", Options(), images=(b"one", b"two"))
    assert completion_body(ask, ask.prompt, 4096)["prompt"] == {
        "prompt_string": "a <__media__> b <__media__>",
        "multimodal_data": ["b25l", "dHdv"],
    }


@pytest.mark.parametrize(
    ("count", "context", "keep", "adds_bos", "kept", "first_of_end"),
    [
        (2010, 512, 4, False, 4, 2010 - 254),  # Ollama 0.33 counted 258 prompt tokens for this one
        (2010, 512, 4, True, 5, 2010 - 254),
        (600, 512, -1, False, 511, 600),
        (600, 512, 0, False, 0, 600 - 256),
    ],
)
def test_a_prompt_that_is_too_long(
    count: int, context: int, keep: int, adds_bos: bool, kept: int, first_of_end: int
) -> None:
    tokens = shortened(list(range(count)), context, keep, adds_bos)
    assert tokens == [*range(kept), *range(first_of_end, count)]
    assert len(tokens) < context
