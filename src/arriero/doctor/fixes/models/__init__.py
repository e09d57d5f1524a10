"""What mends the checks of the models."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.models import litter

FIXES: tuple[Fix, ...] = (litter.FIX,)
