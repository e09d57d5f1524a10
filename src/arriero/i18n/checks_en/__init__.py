"""The texts of every check, by its code. One module for each subject."""

from arriero.i18n.check_texts import CheckText
from arriero.i18n.checks_en import system

ANY_CHECK = {
    "timed_out": "did not answer within {limit_s:g} s",
    "unreadable": "could not be looked at: {detail}",
}

CHECKS: dict[str, CheckText] = {**system.CHECKS}
