"""What mends our own installation."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.arriero import drift, key, owners, processes

FIXES: tuple[Fix, ...] = (owners.FIX, key.FIX, processes.FIX, drift.FIX)
