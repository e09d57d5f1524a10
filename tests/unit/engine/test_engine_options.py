from __future__ import annotations

from typing import Any

import pytest

from arriero.engine.errors import OptionInvalid
from arriero.engine.options import Options, read_options, sampling_body


def test_the_defaults_are_ollamas() -> None:
    options = read_options()
    assert (options.temperature, options.top_k, options.top_p, options.min_p) == (0.8, 40, 0.9, 0.0)
    assert (options.repeat_penalty, options.repeat_last_n, options.num_predict, options.seed) == (1.0, 64, -1, -1)


def test_the_request_wins_over_the_model_and_null_over_nothing() -> None:
    options = read_options({"temperature": 0.1, "top_k": 5, "stop": ["a"]}, {"temperature": 0.7, "top_k": None})
    assert (options.temperature, options.top_k, options.stop) == (0.7, 5, ("a",))


def test_unknown_names_are_passed_over() -> None:
    assert read_options({"nonsense": 1, "numa": True}) == Options()


def test_numbers_are_taken_as_go_takes_them() -> None:
    options = read_options({"num_ctx": 2048.9, "temperature": 1})
    assert (options.num_ctx, options.temperature) == (2048, 1.0)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("temperature", "hot", "of type float32"),
        ("temperature", True, "of type float32"),
        ("num_ctx", "4096", "of type integer"),
        ("main_gpu", "0", "of type integer"),
        ("use_mmap", 1, "of type boolean"),
        ("stop", "end", "of type array"),
        ("stop", ["end", 5], "of an array of strings"),
    ],
)
def test_a_wrong_type_is_refused(name: str, value: Any, wanted: str) -> None:
    with pytest.raises(OptionInvalid) as caught:
        read_options({name: value})
    assert (caught.value.name, caught.value.wanted) == (name, wanted)


@pytest.mark.parametrize(
    ("asked", "given"), [(-1, 40_960), (5, 5), (1_000_000, 40_960), (40_960, 40_960), (-2, 40_960)]
)
def test_an_open_end_is_ten_contexts_away(asked: int, given: int) -> None:
    assert sampling_body(Options(num_predict=asked), 4096)["n_predict"] == given


def test_what_go_leaves_out_when_it_is_zero() -> None:
    body = sampling_body(Options(num_predict=0, num_keep=0, typical_p=0.0), 4096)
    assert {"n_predict", "n_keep", "typical_p", "stop"} & body.keys() == set()
    assert body["min_p"] == 0.0
