"""The texts of each fix, by the code of the check that it mends. One module per subject."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {}
