"""Los textos de cada arreglo, por el código de la comprobación que arregla. Un módulo por tema."""

from arriero.i18n.fix_texts import FixText
from arriero.i18n.fixes_es import compose, docker, install, models, network, storage

FIXES: dict[str, FixText] = {
    **install.FIXES,
    **compose.FIXES,
    **docker.FIXES,
    **models.FIXES,
    **network.FIXES,
    **storage.FIXES,
}
