"""What mends NVIDIA's container toolkit."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.toolkit import cgroups, daemon, handmade, specification, versions

FIXES: tuple[Fix, ...] = (versions.FIX, daemon.FIX, specification.FIX, handmade.FIX, cgroups.FIX)
