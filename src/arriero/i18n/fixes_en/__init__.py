"""The texts of each fix, by the code of the check that it mends. One module per subject."""

from arriero.i18n.fix_texts import FixText
from arriero.i18n.fixes_en import compose, docker, install, models, network, storage

FIXES: dict[str, FixText] = {
    **install.FIXES,
    **compose.FIXES,
    **docker.FIXES,
    **models.FIXES,
    **network.FIXES,
    **storage.FIXES,
}
