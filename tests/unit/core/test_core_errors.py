"""The error tree's root: fields without decorators."""

from __future__ import annotations

from pathlib import Path

import pytest

from arriero.core.errors import ArrieroError, NotFoundError, every_error


class Lost(NotFoundError):
    code = "test.lost"
    name: str
    places: tuple[Path, ...] = ()


class LostAgain(Lost):
    code = "test.lost_again"
    times: int


def test_fields_are_given_in_order_or_by_name_and_come_out_as_json_values() -> None:
    error = LostAgain("keys", (Path("/a"),), times=2)
    assert (error.name, error.places, error.times) == ("keys", (Path("/a"),), 2)
    assert error.params() == {"name": "keys", "places": ["/a"], "times": 2}
    assert "test.lost_again" in str(error)


def test_a_default_stands_in_for_what_is_not_given() -> None:
    assert Lost("keys").params() == {"name": "keys", "places": []}


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), (("a", (), 1), {}), (("a",), {"name": "b"}), (("a",), {"x": 1})]
)
def test_too_few_too_many_or_unknown_fields_are_a_mistake_in_the_code(values: tuple, named: dict) -> None:
    with pytest.raises(TypeError):
        Lost(*values, **named)


def test_the_tree_lists_what_has_a_code_of_its_own() -> None:
    assert {Lost, LostAgain} <= set(every_error())
    assert NotFoundError not in set(every_error())
    assert issubclass(Lost, ArrieroError)
