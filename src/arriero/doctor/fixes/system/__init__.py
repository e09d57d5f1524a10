"""What mends the system itself."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.system import clock

FIXES: tuple[Fix, ...] = (clock.FIX,)
