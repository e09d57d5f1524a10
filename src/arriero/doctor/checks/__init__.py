"""Every check, one file each, in the order of looking for a cause: what an earlier one finds explains later ones."""

from arriero.doctor.check import Check
from arriero.doctor.checks import distribution

CHECKS: tuple[Check, ...] = (distribution.CHECK,)
