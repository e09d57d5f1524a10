"""Los textos de las comprobaciones del propio Arriero."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
