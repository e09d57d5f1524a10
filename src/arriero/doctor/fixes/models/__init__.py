"""What mends the models' files."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.models import litter, store

FIXES: tuple[Fix, ...] = (store.FIX, litter.FIX)
