"""What mends the checks of the disks."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.storage import models_folder, owners, swap

FIXES: tuple[Fix, ...] = (models_folder.FIX, owners.FIX, swap.FIX)
