"""Los textos de las comprobaciones de la red."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
