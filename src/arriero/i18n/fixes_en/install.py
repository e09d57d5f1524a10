"""The texts of what each step of the installation does."""

from arriero.i18n.fix_texts import FixText

NO_APT = "this distribution has no apt; install it with its own package manager and repeat the command"

FIXES: dict[str, FixText] = {
    "install.driver": FixText(
        does={"missing": "Installs the driver from the distribution's packages.", "broken": ""},
        refuses={
            "no_apt": NO_APT,
            "broken": "it is installed and does not answer; the cause: ./main.sh validate --only gpu",
        },
    ),
    "install.docker": FixText(
        does={
            "missing": "Installs Docker and Compose, and starts the service.",
            "no_compose": "Installs Compose beside the Docker that is there.",
            "stopped": "Starts Docker's service.",
        },
        refuses={
            "no_apt": NO_APT,
            "first_only": '{name} only packages Compose 1, which no longer works, and Docker\'s own repository does not answer (or packages = "distribution" keeps it out): check the network, or write packages = "official" under [docker] in arriero.toml; then repeat the command',
            "snap": "snap's Docker cannot use the GPU nor folders outside your home; remove it with: sudo snap remove docker; then repeat the command",
        },
    ),
    "install.group": FixText(
        does={"outside": "Adds {user} to the group docker (as good as root).", "relogin": ""},
        refuses={"relogin": "log out and in again, and repeat the command"},
    ),
    "install.toolkit": FixText(
        does={
            "missing": "Installs the NVIDIA Container Toolkit from its repository and restarts Docker.",
            "not_restarted": "Restarts Docker; containers stop and start again.",
        },
        refuses={"no_apt": NO_APT},
    ),
    "install.image": FixText(
        does={"missing": "Downloads the image.", "no_engine": "Downloads the image."},
        acts={"pull": "downloads the image {image}"},
    ),
    "install.folders": FixText(
        does={
            "missing": "Makes the folders that are missing.",
            "closed": "Gives them back to {user}: files of root's are there.",
        },
    ),
    "install.compose": FixText(does={"missing": "Copies the Compose files to their folder."}),
    "install.model": FixText(
        does={"inactive": "Installs the model if need be, activates it, and proves that it answers."},
        acts={"activate": "activates {slot} ({reference}) with {backend}; what is missing is downloaded first"},
    ),
}
