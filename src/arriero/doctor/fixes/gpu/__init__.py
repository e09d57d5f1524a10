"""What mends the graphics card's driver."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.gpu import driver, nouveau, persistence, suspend, uvm

FIXES: tuple[Fix, ...] = (nouveau.FIX, driver.FIX, uvm.FIX, suspend.FIX, persistence.FIX)
