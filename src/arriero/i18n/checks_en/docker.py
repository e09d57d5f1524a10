"""The texts of the checks of Docker."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
