"""Los textos de cada comprobación, por su código. Un módulo por tema."""

from arriero.i18n.check_texts import CheckText
from arriero.i18n.checks_es import system

ANY_CHECK = {
    "timed_out": "no respondió en {limit_s:g} s",
    "unreadable": "no se pudo mirar: {detail}",
}

CHECKS: dict[str, CheckText] = {**system.CHECKS}
