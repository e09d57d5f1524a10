"""The texts of each fix, by the code of the check that it mends. One module per subject."""

from arriero.i18n.fix_texts import FixText
from arriero.i18n.fixes_en import arriero, compose, docker, gpu, install, models, network, storage, system, toolkit

FIXES: dict[str, FixText] = {
    **install.FIXES,
    **compose.FIXES,
    **docker.FIXES,
    **models.FIXES,
    **network.FIXES,
    **storage.FIXES,
    **system.FIXES,
    **gpu.FIXES,
    **toolkit.FIXES,
    **arriero.FIXES,
}
