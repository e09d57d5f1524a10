"""Los textos de cada arreglo, por el código de la comprobación que arregla. Un módulo por tema."""

from arriero.i18n.fix_texts import FixText
from arriero.i18n.fixes_es import arriero, compose, docker, gpu, install, models, network, storage, system, toolkit

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
