"""All that is said, in the language that is spoken now: the texts, the app's own, and the signs beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from arriero.i18n import Language, Numbers, Texts, texts_of
from arriero.i18n.signs import ASCII_SIGNS, SIGNS
from arriero.i18n.tui_texts import TuiTexts, tui_texts_of


@dataclass(frozen=True)
class Words:
    texts: Texts
    unicode: bool = True

    @cached_property
    def tui(self) -> TuiTexts:
        return tui_texts_of(self.texts.language)

    @property
    def numbers(self) -> Numbers:
        return self.texts.numbers

    def sign(self, name: str) -> str:
        return (SIGNS if self.unicode else ASCII_SIGNS)[name]

    def size(self, size_bytes: int | None) -> str:
        return self.sign("none") if size_bytes is None else self.numbers.size(size_bytes)

    def other_language(self) -> Words:
        other = Language.EN if self.texts.language == Language.ES else Language.ES
        return Words(texts_of(other), self.unicode)
