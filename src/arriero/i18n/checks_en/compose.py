"""The texts of the checks of Docker Compose."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
