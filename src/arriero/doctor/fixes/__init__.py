"""Every fix, one file each, a folder for each subject, by the code of the check that it mends."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes import compose, docker, models, network, storage

FIXES: tuple[Fix, ...] = (
    *docker.FIXES,
    *compose.FIXES,
    *network.FIXES,
    *storage.FIXES,
    *models.FIXES,
)
