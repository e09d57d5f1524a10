"""The texts of what is measured: both languages, every code, the commands that they name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

from arriero.cli.verbs import verbs
from arriero.core.paths import SOURCE_ROOT
from arriero.i18n import texts_of
from arriero.i18n.language import Language
from arriero.i18n.measure_texts import MeasureTexts, measure_texts_of
from arriero.measure.comparing import CONDITIONS
from arriero.measure.requirements import REQUIREMENTS, Verdict
from arriero.measure.values import FigureName, Mark

SPOKEN = {language: measure_texts_of(language) for language in Language}


def rows(texts: MeasureTexts) -> Iterator[tuple[str, str]]:
    for field in fields(texts):
        value = getattr(texts, field.name)
        if isinstance(value, Mapping):
            yield from ((f"{field.name}.{code}", text) for code, text in value.items())
        else:
            yield field.name, value


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text.replace("[[", "").replace("]]", "")) if name}


def test_both_languages_say_the_same_things() -> None:
    spanish, english = (dict(rows(SPOKEN[language])) for language in (Language.ES, Language.EN))
    assert spanish.keys() == english.keys()
    assert {n: placeholders(t) for n, t in spanish.items()} == {n: placeholders(t) for n, t in english.items()}
    assert [name for name in spanish if not spanish[name].strip() or not english[name].strip()] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_code_has_its_row(language: Language) -> None:
    texts = SPOKEN[language]
    assert set(texts.figures) == set(FigureName)
    assert set(texts.marks) == set(Mark) - {Mark.NONE}
    assert set(texts.conditions) == set(CONDITIONS)
    assert set(texts.verdicts) == set(Verdict)
    assert {one.name for one in REQUIREMENTS} < set(texts.accept_rows)
    notes = set[str]()
    for name in ("requirements", "accepting", "availability"):
        written = Path(SOURCE_ROOT, "arriero", "measure", f"{name}.py").read_text(encoding="utf-8")
        notes |= set(re.findall(r'Note\("(\w+)"', written))
    assert notes == {*texts.whys, *texts.remedies}
    source = Path(SOURCE_ROOT, "arriero", "measure", "watching.py").read_text(encoding="utf-8")
    assert set(texts.remarks) == set(re.findall(r'Remark\("(\w+)"', source))


@pytest.mark.parametrize("language", list(Language))
def test_commands_that_are_named_exist(language: Language) -> None:
    known = {verb.names(language)[0] for verb in verbs(texts_of(language))}
    for name, text in rows(SPOKEN[language]):
        for command in re.findall(r"\./main\.sh ([a-zé]+)", text):
            assert command in known, name


def test_every_text_is_read_somewhere() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("cli", "tui")
        for path in Path(SOURCE_ROOT, "arriero", room).rglob("*.py")
    ]
    sources.append(Path(SOURCE_ROOT, "arriero", "i18n", "measure_words.py").read_text(encoding="utf-8"))
    assert [f.name for f in fields(MeasureTexts) if not any(re.search(rf"\.{f.name}\b", s) for s in sources)] == []
