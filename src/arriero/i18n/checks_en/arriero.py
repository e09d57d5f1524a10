"""The texts of the checks of Arriero itself."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
