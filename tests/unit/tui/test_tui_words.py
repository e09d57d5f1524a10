"""Both languages say the same; the menu is the specification's; choices and reports in words."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import made_known as made
import pytest

from arriero.doctor.check import Check, Checked, Finding, Grade
from arriero.doctor.checks import CHECKS
from arriero.i18n import Language, texts_of
from arriero.i18n.tui_en import EN
from arriero.i18n.tui_es import ES
from arriero.planner import Action, ActionKind, Plan, Reason
from arriero.stack.results import Outcome, RemovedModel
from arriero.stack.version_results import CheckReport, Freshness, PruneReport, PulledModel, VersionCheck
from arriero.state.errors import StateLocked
from arriero.tui.choices import choices_of, command_of
from arriero.tui.doing import Picked
from arriero.tui.host import Host
from arriero.tui.jobs import JobSnapshot, JobState
from arriero.tui.menu import help_text, menu_rows
from arriero.tui.operations import BY_NAME, OPERATIONS, Group, Pick
from arriero.tui.presenting import present_main
from arriero.tui.telling import nothing_planned, tell_job, tell_result
from arriero.tui.validation import Validation
from arriero.tui.words import Words

WORDS = Words(texts_of(Language.ES))
PLACEHOLDER = re.compile(r"\{\w+\}")


def rows(texts: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in dataclasses.fields(texts):  # type: ignore[arg-type]
        value = getattr(texts, field.name)
        table = value if isinstance(value, Mapping) else {"": value}
        found |= {f"{field.name}.{key}": text for key, text in table.items()}
    return found


def test_both_languages_have_the_same_rows_with_the_same_placeholders() -> None:
    spanish, english = rows(ES), rows(EN)
    assert spanish.keys() == english.keys()
    assert all(text.strip() for text in (*spanish.values(), *english.values()))
    for name, text in spanish.items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english[name])), name


def test_every_operation_has_its_words_and_a_key_of_its_own() -> None:
    names = {operation.name for operation in OPERATIONS}
    for texts in (ES, EN):
        assert names == texts.operations.keys() == texts.about.keys()
    texts = {name for name, op in BY_NAME.items() if op.group is Group.DAILY}
    assert texts == {"update", "rollback", "chat", "connect", "bench", "settings"}
    keys = [operation.key for operation in OPERATIONS] + list("qprtix")
    assert len(set(keys)) == len(keys)


def test_the_first_five_are_the_specifications() -> None:
    assert [row.text.split(maxsplit=1) for row in menu_rows(WORDS)[:5]] == [
        ["1", "Validar Instalación"],
        ["2", "Instalar Stack"],
        ["3", "Activar Modelo"],
        ["4", "Desactivar Modelo"],
        ["5", "Desactivar Stack Completo"],
    ]


def test_help_names_every_operation_and_every_sign() -> None:
    text = help_text(WORDS)
    assert all(ES.operations[operation.name] in text for operation in OPERATIONS)
    assert all(sign in text for sign in "●◐○✗")


@pytest.mark.parametrize(
    ("name", "picked"),
    [
        ("activate", [Picked("qwen", "7b"), Picked("deepseek", "v2-lite")]),
        ("pull", [Picked("deepseek", "v2-lite")]),
        ("remove", [Picked("qwen", "7b")]),
        ("rollback", [Picked("qwen", "7b")]),
        ("deactivate", [Picked("qwen")]),
        ("chat", [Picked("qwen")]),
        ("logs", [Picked("qwen"), Picked("deepseek")]),
        ("update", [Picked("qwen")]),
        ("verify", [Picked(), Picked(thorough=True)]),
        ("prune", [Picked(), Picked(thorough=True)]),
        ("gateway", [Picked(), Picked(name="on"), Picked(name="off")]),
        ("guard", [Picked(), Picked(name="on"), Picked(name="off")]),
    ],
)
def test_what_may_be_picked(name: str, picked: list[Picked]) -> None:
    assert [choice.picked for choice in choices_of(BY_NAME[name], made.STATUS, WORDS)] == picked


def test_all_may_be_updated_where_there_is_more_than_one() -> None:
    second = replace(made.QWEN, id="second")
    status = replace(made.STATUS, models=(made.QWEN, second))
    assert [c.picked.slot for c in choices_of(BY_NAME["update"], status, WORDS)] == [None, "qwen", "second"]


def test_a_choice_tells_what_it_would_download() -> None:
    texts = [choice.text for choice in choices_of(BY_NAME["activate"], made.STATUS, WORDS)]
    assert "instalado, 4,68 GB" in texts[0]
    assert "por descargar, 10,4 GB" in texts[1]


def test_every_pick_is_answered() -> None:
    for operation in OPERATIONS:
        assert operation.pick in Pick
        choices_of(operation, replace(made.STATUS, models=()), WORDS)


def told(result: object, _texts: object, *, planned: bool) -> str:
    return f"{type(result).__name__} planned={planned}"


HOST: Any = Host(lambda: None, told, lambda fault: fault, None, None)  # type: ignore[arg-type,return-value]


GROUP = next(check for check in CHECKS if check.code == "docker.group")
CLOCK = next(check for check in CHECKS if check.code == "system.clock")


def seen(*found: Checked, mendable: tuple[str, ...] = (), checks: tuple[VersionCheck, ...] = ()) -> Validation:
    return Validation(found, frozenset(mendable), CheckReport(checks, ()))


def finding(check: Check, grade: Grade) -> Checked:
    """The first kind of that grade, with every parameter that a text may want."""
    kind = next(kind for kind, taken in check.kinds.items() if taken is grade)
    return Checked(check, Finding(kind, defaultdict(lambda: "x", user="ana", group="docker")))


def test_a_validation_tells_what_mends_it_and_what_is_newer() -> None:
    newer = VersionCheck("a:1", "qwen", "7b", Freshness.OUTDATED, "d", "e", None, ("model",), 5_000_000)
    text = tell_result(seen(mendable=("docker.group",), checks=(newer,)), HOST, WORDS, planned=False)
    assert text.splitlines() == [
        "Validation planned=False",
        "↑ a:1: hay una versión nueva (5,00 MB por descargar). Con la tecla 6 se pone.",
        "",
        "Con la tecla «k» se arregla lo que tiene arreglo.",
    ]
    assert tell_result(seen(), HOST, WORDS, planned=False) == "Validation planned=False"


def test_what_can_be_mended_is_offered_each_and_together() -> None:
    bad = next(grade for grade in (Grade.ERROR, Grade.WARNING) if grade in GROUP.kinds.values())
    one = finding(GROUP, bad)
    assert choices_of(BY_NAME["mend"], made.STATUS, WORDS) == ()
    (only,) = choices_of(BY_NAME["mend"], made.STATUS, WORDS, seen(one, mendable=("docker.group",)))
    assert command_of(BY_NAME["mend"], only.picked) == ("validate", "--fix", "docker.group")
    two = seen(one, one, mendable=("docker.group",))
    assert choices_of(BY_NAME["mend"], made.STATUS, WORDS, two)[0].picked == Picked(name="all")


def test_what_is_found_is_shown_with_its_key_and_what_is_well_is_not() -> None:
    bad = next(grade for grade in (Grade.ERROR, Grade.WARNING) if grade in GROUP.kinds.values())
    known = replace(
        made.KNOWN, validation=seen(finding(GROUP, bad), finding(CLOCK, Grade.GOOD), mendable=("docker.group",))
    )
    rows = [row for row in present_main(known, WORDS).activity if row.key.startswith("check-")]
    assert [row.key for row in rows] == ["check-docker.group"]
    assert "[k arregla]" in rows[0].text
    known = replace(known, validation=seen(finding(GROUP, bad)))
    assert "[1 explica]" in next(r.text for r in present_main(known, WORDS).activity if r.key == "check-docker.group")


def test_how_a_job_is_told() -> None:
    job = JobSnapshot(1, BY_NAME["down"], Picked(), JobState.DONE, result="x")
    assert tell_job(job, HOST, WORDS) == "str planned=False"
    failed = replace(job, state=JobState.FAILED, fault=StateLocked("/x", 1.0))
    assert tell_job(failed, HOST, WORDS) == "StateLocked planned=False"
    assert tell_job(replace(job, state=JobState.CANCELLED), HOST, WORDS) == ES.cancelled


def outcome(*actions: Action) -> Outcome:
    plan = Plan("down", actions)
    return Outcome(plan, True, "native", Reason("backend.asked"), (), (), (), 0.0)


STOP = Action(ActionKind.STOP, "qwen", "a:1", Reason("asked"))
OUTDATED = VersionCheck("a:1", "qwen", "7b", Freshness.OUTDATED, "d", "e", None, ("model",), 5)
PULLED = PulledModel("a:1", "qwen", None, "d", 5, 5, True, None, True)


@pytest.mark.parametrize(
    ("result", "nothing"),
    [
        (outcome(), True),
        (outcome(STOP), False),
        (PULLED, False),
        (replace(PULLED, changed=False, download_bytes=0), True),
        (CheckReport((OUTDATED,), ()), False),
        (CheckReport((replace(OUTDATED, freshness=Freshness.CURRENT),), ()), True),
        (PruneReport((), (), 0, 0, True), True),
        (PruneReport((), ("a:1-prev",), 0, 0, True), False),
        (RemovedModel(("a:1",), 0, True), False),
    ],
)
def test_what_there_is_nothing_to_confirm_of(result: object, nothing: bool) -> None:
    assert nothing_planned(result) is nothing


def test_the_other_language_and_back() -> None:
    assert WORDS.other_language().tui is EN
    assert WORDS.other_language().other_language().tui is ES
