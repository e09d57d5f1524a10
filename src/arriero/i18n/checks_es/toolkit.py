"""Los textos de las comprobaciones del toolkit de contenedores de NVIDIA."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {}
