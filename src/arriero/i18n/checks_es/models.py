"""Los textos de las comprobaciones de los modelos."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
