"""Los textos de cada arreglo, por el código de la comprobación que arregla. Un módulo por tema."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {}
