"""Every fix, one file each, by the code of the check that it mends."""

from arriero.doctor.fix import Fix

FIXES: tuple[Fix, ...] = ()
