"""Both languages say the same things, and nothing is written that nobody reads."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

from arriero.core.paths import SOURCE_ROOT
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.i18n.texts import Texts

ROOMS_THAT_SPEAK = ("cli", "i18n", "tui")


def rows(texts: Texts) -> Iterator[tuple[str, str]]:
    """Every text by the name of its field, or of its table and code."""
    for field in fields(texts):
        value = getattr(texts, field.name)
        if isinstance(value, str):
            yield field.name, value
        elif isinstance(value, Mapping):
            yield from ((f"{field.name}[{code}]", text) for code, text in value.items())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text.replace("[[", "").replace("]]", "")) if name}


SPANISH, ENGLISH = dict(rows(ES)), dict(rows(EN))


def test_both_languages_have_the_same_texts() -> None:
    assert SPANISH.keys() == ENGLISH.keys()


@pytest.mark.parametrize("name", SPANISH)
def test_both_languages_fill_in_the_same_things(name: str) -> None:
    assert placeholders(SPANISH[name]) == placeholders(ENGLISH[name])


@pytest.mark.parametrize("name", [n for n in SPANISH if n not in ("language", "chat_prompt")])
def test_no_text_is_empty_or_left_untranslated(name: str) -> None:
    es, en = SPANISH[name].strip(), ENGLISH[name].strip()
    assert es
    assert en
    words = re.sub(r"\{\w+\}|\W", "", es)
    if len(words) > 12 and name not in ("status_backend", "version_line"):
        assert es != en


@pytest.mark.parametrize("language", ["es", "en"])
def test_error_rows_are_sorted_by_code(language: str) -> None:
    source = (SOURCE_ROOT / "arriero" / "i18n" / f"errors_{language}.py").read_text(encoding="utf-8")
    codes = re.findall(r'^    "([a-z0-9_.]+)": ', source, re.MULTILINE)
    assert codes == sorted(set(codes))
    assert len(codes) > 20


def test_spanish_commands_are_offered_in_spanish_and_english_ones_in_english() -> None:
    """A text that names the next command names one that exists, in its own language."""
    from arriero.cli.verbs import verbs

    for texts, found in ((ES, SPANISH), (EN, ENGLISH)):
        known = {verb.names(texts.language)[0] for verb in verbs(texts)}
        for name, text in found.items():
            for command in re.findall(r"\./main\.sh (?:--\w+ \w+ )?([a-zé]+)", text):
                assert command in known, (name, command)


def test_every_text_is_read_somewhere() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for room in ROOMS_THAT_SPEAK
        for path in Path(SOURCE_ROOT, "arriero", room).rglob("*.py")
        if path.name not in ("es.py", "en.py", "texts.py")
    ]
    unread = [f.name for f in fields(Texts) if not any(re.search(rf"\.{f.name}\b", s) for s in sources)]
    assert unread == []
