"""Every check, one file each, a folder for each subject, in the order of looking for a cause: what an earlier one finds
explains later ones."""

from arriero.doctor.check import Check
from arriero.doctor.checks import arriero, compose, docker, gpu, models, network, storage, system, toolkit

CHECKS: tuple[Check, ...] = (
    *system.CHECKS,
    *gpu.CHECKS,
    *toolkit.CHECKS,
    *docker.CHECKS,
    *compose.CHECKS,
    *network.CHECKS,
    *storage.CHECKS,
    *arriero.CHECKS,
    *models.CHECKS,
)
