"""Every fix, one file each, a folder for each subject, by the code of the check that it mends."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes import arriero, compose, docker, gpu, models, network, storage, system, toolkit

FIXES: tuple[Fix, ...] = (
    *system.FIXES,
    *gpu.FIXES,
    *toolkit.FIXES,
    *docker.FIXES,
    *compose.FIXES,
    *network.FIXES,
    *storage.FIXES,
    *arriero.FIXES,
    *models.FIXES,
)
