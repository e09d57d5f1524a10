"""What mends the checks of Compose."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.compose import files, first_line, plugin

FIXES: tuple[Fix, ...] = (plugin.FIX, first_line.FIX, files.FIX)
