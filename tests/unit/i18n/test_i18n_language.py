"""Spanish unless someone says otherwise."""

import pytest

from arriero.i18n import Language, choose_language, texts_of


@pytest.mark.parametrize(
    ("wanted", "environ", "expected"),
    [
        (None, {}, "es"),
        (None, {"LANG": "C"}, "es"),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "en_US.UTF-8"}, "es"),
        (None, {"LC_ALL": "POSIX"}, "es"),
        (None, {"LANG": "es_ES.UTF-8"}, "es"),
        (None, {"LANG": "fr_FR.UTF-8"}, "es"),
        (None, {"LANG": "eno_XX"}, "es"),
        (None, {"LANG": "en_US.UTF-8"}, "en"),
        (None, {"LANG": "en"}, "en"),
        ("auto", {"LANG": "en_GB"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "en_US.UTF-8", "LANG": "es_ES.UTF-8"}, "en"),
        (None, {"LC_MESSAGES": "es_AR.UTF-8", "LANG": "en_US.UTF-8"}, "es"),
        ("en", {"LANG": "es_ES.UTF-8"}, "en"),
        ("es", {"LANG": "en_US.UTF-8"}, "es"),
    ],
)
def test_who_decides(wanted: str | None, environ: dict[str, str], expected: str) -> None:
    assert choose_language(wanted, environ) == expected


@pytest.mark.parametrize("language", list(Language))
def test_each_language_has_its_texts(language: Language) -> None:
    assert texts_of(language).language == language
