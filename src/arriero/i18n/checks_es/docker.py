"""Los textos de las comprobaciones de Docker."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
