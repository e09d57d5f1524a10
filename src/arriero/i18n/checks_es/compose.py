"""Los textos de las comprobaciones de Docker Compose."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
