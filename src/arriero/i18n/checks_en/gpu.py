"""The texts of the checks of the graphics card."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
