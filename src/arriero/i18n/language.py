"""Which language to speak."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from arriero.i18n.texts import Texts


class Language(StrEnum):
    ES = "es"
    EN = "en"


def choose_language(wanted: str | None, environ: Mapping[str, str]) -> Language:
    """`wanted` is a flag or a setting: es, en, or auto (None: nobody said). Then English only where the locale says so.

    The variables in the order in which POSIX reads them; C and POSIX name no language, so they mean Spanish.
    """
    if wanted in (Language.ES, Language.EN):
        return Language(wanted)
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return Language.EN if locale.lower().split("_")[0].split(".")[0] == "en" else Language.ES


def texts_of(language: Language) -> Texts:
    """Only the language that is spoken is loaded."""
    if language is Language.EN:
        from arriero.i18n.en import EN

        return EN
    from arriero.i18n.es import ES

    return ES
