"""Templates: optional parts, lists, sizes; figures as each language writes them."""

import pytest

from arriero.core.progress import Progress
from arriero.i18n import describe_drift, describe_error, describe_step
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.i18n.messages import fill
from arriero.planner import Drift, DriftCode
from arriero.stack.errors import SlotUnknown

NUMBERS = ES.numbers


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        (
            "qwen",
            "No hay ningún modelo llamado «qwne». ¿Querías decir «qwen»? Los que hay: qwen, demo.",
        ),
        (None, "No hay ningún modelo llamado «qwne». Los que hay: qwen, demo."),
    ],
)
def test_a_part_with_nothing_in_it_is_left_out(near: str | None, expected: str) -> None:
    assert describe_error(SlotUnknown("qwne", near, ("qwen", "demo")), ES) == expected


def test_braces_in_a_value_are_text() -> None:
    assert fill("{a}[[ {b}]]", {"a": "{b}", "b": "[[x]]"}, NUMBERS) == "{b} [[x]]"


def test_a_zero_is_something() -> None:
    assert fill("a[[ {n}]]", {"n": 0}, NUMBERS) == "a 0"


def test_a_template_that_asks_for_what_is_not_there_fails() -> None:
    with pytest.raises(KeyError):
        fill("{missing}", {"a": 1}, NUMBERS)


def test_sizes_and_durations_in_both_languages() -> None:
    assert fill("{n_bytes:size}", {"n_bytes": 4_683_087_561}, ES.numbers) == "4,68 GB"
    assert fill("{n_bytes:size}", {"n_bytes": 4_683_087_561}, EN.numbers) == "4.68 GB"
    assert (ES.numbers.duration(2.34), EN.numbers.duration(2.34)) == ("2,3 s", "2.3 s")
    assert (ES.numbers.decimal(12.345, 2), EN.numbers.decimal(12.345, 2)) == ("12,35", "12.35")


def test_moments() -> None:
    assert fill("{since:moment}", {"since": "2026-11-22T16:00:09.123Z"}, NUMBERS) == "2026-11-22 16:00 UTC"
    assert fill("{since:moment}", {"since": "?"}, NUMBERS) == "?"


def test_digests_are_shown_short() -> None:
    step = Progress("store.hash", "sha256-" + "b179c9523d0e" + "0" * 52, 1, 2)
    assert describe_step(step, ES) == "Comprobando b179c9523d0e"


def test_drift_names_its_slot_and_the_way_out() -> None:
    told = describe_drift(
        Drift(DriftCode.PORT_TAKEN, "2026-01-01", {"port": 11434, "holder": "ollama (7)"}), "qwen", ES
    )
    assert told.startswith("qwen: debería estar activo, pero su puerto 11434 lo ocupa ollama (7) (desde 2026-01-01).")
    assert told.endswith("./main.sh activar qwen")
