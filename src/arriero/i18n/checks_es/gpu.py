"""Los textos de las comprobaciones de la tarjeta gráfica."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
