"""Every fix, in each language: what it does for each kind that it mends, why it cannot, what its acts are called."""

from string import Formatter

import pytest

from arriero.doctor.checks import CHECKS
from arriero.doctor.fix import Fix
from arriero.doctor.fixes import FIXES
from arriero.doctor.install import STEPS
from arriero.i18n import fixes_en, fixes_es, install_en, install_es
from arriero.i18n.check_texts import CheckText

TABLES = {"es": fixes_es.FIXES, "en": fixes_en.FIXES}
ALL = (*FIXES, *(step.fix for step in STEPS if step.fix))
CODES = {check.code: check for check in (*CHECKS, *(step.check for step in STEPS))}


@pytest.mark.parametrize("fix", ALL, ids=lambda fix: f"{fix.check}-{'-'.join(sorted(fix.mends))}")
def test_a_fix_mends_what_its_check_may_see_and_is_not_well(fix: Fix) -> None:
    kinds = CODES[fix.check].kinds
    assert fix.mends
    assert fix.mends <= {kind for kind, grade in kinds.items() if not grade.ok}


@pytest.mark.parametrize("language", TABLES)
def test_the_texts_are_those_of_the_fixes(language: str) -> None:
    wanted: dict[str, tuple[set[str], set[str], set[str]]] = {}
    for fix in ALL:
        does, reasons, acts = wanted.setdefault(fix.check, (set(), set(), set()))
        assert not does & fix.mends, f"two fixes of {fix.check} mend the same"
        does |= fix.mends
        reasons |= fix.reasons
        acts |= fix.acts
    table = TABLES[language]
    assert {code: (set(t.does), set(t.refuses), set(t.acts)) for code, t in table.items()} == wanted


@pytest.mark.parametrize("code", sorted(TABLES["en"]))
def test_both_languages_take_the_same_parameters(code: str) -> None:
    es, en = TABLES["es"][code], TABLES["en"][code]
    for left, right in ((es.does, en.does), (es.refuses, en.refuses), (es.acts, en.acts)):
        for name, text in left.items():
            assert _fields(text) == _fields(right[name]), name


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("table", [install_es.CHECKS, install_en.CHECKS])
def test_every_step_of_the_installation_can_be_told(table: dict[str, CheckText]) -> None:
    assert set(table) == {step.check.code for step in STEPS}
    for step in STEPS:
        text = table[step.check.code]
        assert set(text.seen) == set(step.check.kinds)
        assert set(text.advice) == {kind for kind, grade in step.check.kinds.items() if not grade.ok}
        assert (text.title, text.why) != ("", "")
