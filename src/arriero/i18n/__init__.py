"""Every word that people read, in Spanish and English. Only cli and tui may import it.

Invariant: both languages have the same texts with the same placeholders; a text never decides anything.
"""

from arriero.i18n.language import Language, choose_language, texts_of
from arriero.i18n.messages import describe_drift, describe_error, describe_reason, describe_repair, describe_step, fill
from arriero.i18n.numbers import Numbers
from arriero.i18n.texts import Texts

__all__ = [
    "Language",
    "Numbers",
    "Texts",
    "choose_language",
    "describe_drift",
    "describe_error",
    "describe_reason",
    "describe_repair",
    "describe_step",
    "fill",
    "texts_of",
]
