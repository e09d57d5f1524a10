"""What is said of each figure of the specification: met, not met and what to change, or why it cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arriero.measure.facts import parameters_of
from arriero.measure.requirements import REQUIREMENTS, Facts, Requirement, Verdict, judge
from arriero.measure.values import Environment, Figure, FigureName, Mark, Measurement, Remark

HERE = Environment(slot="qwen", url="u", model="qwen2.5-coder:7b", on="gpu", card="NVIDIA GeForce RTX 2070 SUPER")
CARD = Facts(parameters=7.6e9, card=True)
BY_NAME = {requirement.name: requirement for requirement in REQUIREMENTS}


def taken(figure: Figure, remarks: tuple[Remark, ...] = (), **environment: object) -> Measurement:
    told = replace(HERE, **environment)  # type: ignore[arg-type]
    return Measurement("", 1.0, quick=True, whole=True, environment=told, figures=(figure,), remarks=remarks)


def measured(requirement: Requirement, value: float, mark: Mark = Mark.NONE) -> Figure:
    return Figure(requirement.figure, requirement.at, value, value, value, value, 3, mark=mark)


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("RF-01", 15.0, Verdict.NOT_MET),  # more than 15
        ("RF-01", 15.1, Verdict.MET),
        ("RNF-01.speed", 20.0, Verdict.MET),  # 20 or more
        ("RNF-01.speed", 19.9, Verdict.NOT_MET),
        ("RNF-01.first_token", 1.99, Verdict.MET),
        ("RNF-01.first_token", 2.0, Verdict.NOT_MET),
        ("RNF-01.latency", 0.499, Verdict.MET),
        ("RNF-01.latency", 0.5, Verdict.NOT_MET),
        ("RNF-02.recovery", 29.0, Verdict.MET),
        ("RNF-02.recovery", 31.0, Verdict.NOT_MET),
        ("7.completion", 0.9, Verdict.MET),
        ("7.completion", 1.1, Verdict.NOT_MET),
        ("7.shutdown", 9.9, Verdict.MET),
        ("7.shutdown", 10.1, Verdict.NOT_MET),
    ],
)
def test_the_limits_are_the_specifications(name: str, value: float, verdict: Verdict) -> None:
    row = judge(BY_NAME[name], taken(measured(BY_NAME[name], value)), CARD)
    assert (row.verdict, row.value, row.why) == (verdict, value, None)
    assert bool(row.remedies) is (verdict is Verdict.NOT_MET)


def test_every_limit_is_tried_above() -> None:
    assert set(BY_NAME) == {"RF-01", *(f"RNF-01.{n}" for n in ("speed", "first_token", "latency"))} | {
        "RNF-02.recovery",
        "7.completion",
        "7.shutdown",
    }


SPEED = BY_NAME["RNF-01.speed"]


@pytest.mark.parametrize(
    ("facts", "value", "mark", "code"),
    [
        (replace(CARD, card=False), 5.0, Mark.NONE, "no_card"),
        (replace(CARD, card=False), 50.0, Mark.NONE, "no_card"),
        (replace(CARD, parameters=134.5e6), 50.0, Mark.NONE, "small_model"),
        (replace(CARD, parameters=None), 50.0, Mark.NONE, "small_model"),
        (CARD, 50.0, Mark.BROKEN, "mark.broken"),
        (CARD, 50.0, Mark.PARTIAL, "mark.partial"),
        (CARD, 50.0, Mark.BRIEF, "mark.brief"),
        (CARD, 50.0, Mark.MISCOUNTED, "mark.miscounted"),
    ],
)
def test_what_cannot_be_told_is_never_met(facts: Facts, value: float, mark: Mark, code: str) -> None:
    row = judge(SPEED, taken(measured(SPEED, value, mark)), facts)
    assert row.why is not None
    assert (row.verdict, row.why.code, row.remedies) == (Verdict.UNKNOWN, code, ())


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(19.0, 23.0, Verdict.UNKNOWN), (20.5, 30.0, Verdict.MET), (10.0, 19.0, Verdict.NOT_MET)],
)
def test_samples_on_both_sides_of_the_limit_prove_nothing(low: float, high: float, verdict: Verdict) -> None:
    unsteady = replace(measured(SPEED, (low + high) / 2, Mark.UNSTEADY), low=low, high=high)
    assert judge(SPEED, taken(unsteady), CARD).verdict is verdict


def test_a_small_model_that_misses_it_proves_that_a_large_one_would() -> None:
    small = replace(CARD, parameters=134.5e6)
    assert judge(SPEED, taken(measured(SPEED, 5.0)), small).verdict is Verdict.NOT_MET


def test_what_was_not_measured_says_why() -> None:
    beyond = Figure(FigureName.GENERATION, mark=Mark.BEYOND_CONTEXT, detail="1024")
    row = judge(SPEED, taken(beyond), CARD)
    assert row.why is not None
    assert (row.verdict, row.why.code, row.why.params) == (Verdict.UNKNOWN, "mark.beyond_context", {"detail": "1024"})


def test_processes_that_are_gone_are_no_memory_that_is_back() -> None:
    shutdown = BY_NAME["7.shutdown"]
    assert judge(shutdown, taken(measured(shutdown, 0.2, Mark.NO_CARD)), CARD).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("environment", "remarks", "facts", "codes"),
    [
        ({}, (), CARD, ["smaller"]),
        ({"on": "mixed"}, (), replace(CARD, largest_context=(("f16", 4096), ("q8_0", 8192))), ["context"] * 2),
        ({"others": ("firefox",)}, (), CARD, ["others"]),
        ({}, (Remark("hot", {"celsius": 90}),), CARD, ["quiet"]),
        ({}, (), replace(CARD, faster_settings=(("kv_cache", "f16"),)), ["setting"]),
        ({}, (), replace(CARD, other_variants=("6.7b",)), ["variant"]),
    ],
    ids=["nothing known", "partly in RAM", "others", "hot", "settings", "variants"],
)
def test_what_to_change(
    environment: dict[str, object], remarks: tuple[Remark, ...], facts: Facts, codes: list[str]
) -> None:
    row = judge(SPEED, taken(measured(SPEED, 5.0), remarks, **environment), facts)
    assert [note.code for note in row.remedies] == (codes if codes == ["smaller"] else [*codes, "smaller"])


@pytest.mark.parametrize(("text", "expected"), [("134.52M", 134.52e6), ("7.6B", 7.6e9), ("", None), ("big", None)])
def test_ollamas_spelling_of_sizes(text: str, expected: float | None) -> None:
    assert parameters_of(text) == (pytest.approx(expected) if expected else None)
