"""Every check, in each language: a sentence for each kind it may see, and advice for what is not well."""

from string import Formatter

import pytest

from arriero.doctor.check import EVERY_CHECK_MAY, Check, Subject
from arriero.doctor.checks import CHECKS
from arriero.i18n import checks_en, checks_es

TABLES = {"es": checks_es, "en": checks_en}


@pytest.mark.parametrize("language", TABLES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_each_kind_has_a_sentence_and_each_bad_one_advice(check: Check, language: str) -> None:
    text = TABLES[language].CHECKS[check.code]
    assert text.title
    assert text.why
    assert set(text.seen) == set(check.kinds)
    assert set(text.advice) == {kind for kind, grade in check.kinds.items() if not grade.ok}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_both_languages_take_the_same_parameters(check: Check) -> None:
    es, en = (TABLES[language].CHECKS[check.code] for language in ("es", "en"))
    for kind in check.kinds:
        assert _fields(es.seen[kind]) == _fields(en.seen[kind]), kind


def test_no_code_twice_and_no_text_without_a_check() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    for table in TABLES.values():
        assert set(table.CHECKS) == set(codes)
        assert set(table.ANY_CHECK) == set(EVERY_CHECK_MAY)
        assert list(table.SUBJECTS) == list(Subject)


def test_codes_begin_with_their_subject_and_come_in_its_order() -> None:
    subjects = [check.subject for check in CHECKS]
    assert subjects == sorted(subjects, key=list(Subject).index)
    assert [check.code.split(".")[0] for check in CHECKS] == subjects


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
