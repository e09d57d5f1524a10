"""The texts of the checks of the models."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
