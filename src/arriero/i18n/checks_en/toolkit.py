"""The texts of the checks of NVIDIA's container toolkit."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
