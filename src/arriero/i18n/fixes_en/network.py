"""The texts of the fixes of the network."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "network.host_ollama": FixText(
        does={
            "comes": "Keeps the machine's own Ollama from starting with the machine. Its models stay.",
            "runs": "Ends the machine's own Ollama and keeps it from starting with the machine. Its models stay.",
            "open": "Ends the machine's own Ollama and keeps it from starting with the machine. Its models stay.",
        },
    ),
    "network.exposure": FixText(
        does={
            "ours": "Makes {names} anew, published on this machine only.",
        },
        refuses={
            "edited": "the Compose files were changed by hand; first: ./main.sh validate --fix compose.files ({paths})",
            "not_asked_for": "nobody asked Arriero for them; end them with: docker rm -f {names}",
        },
        acts={
            "apply": "makes the containers {names} anew as the settings have them",
        },
    ),
    "network.localhost": FixText(
        does={
            "missing": "Writes localhost into /etc/hosts.",
            "six_only": "Writes 127.0.0.1 for localhost into /etc/hosts.",
        },
    ),
    "network.proxy": FixText(
        does={
            "own_proxied": "",
            "in_containers": "Leaves 127.0.0.1 out of the proxy in {path}; containers that are made from now on have it.",
        },
        refuses={
            "shell": "only you can change your shell: put export NO_PROXY=127.0.0.1,localhost and export no_proxy=127.0.0.1,localhost into ~/.profile, and log in again",
        },
    ),
    "network.mtu": FixText(
        does={
            "bigger": "Sets {outside} for Docker's networks that are made from now on; restarts Docker.",
        },
        refuses={
            "unreadable": "{path} is no JSON: mend it first with ./main.sh validate --fix docker.settings",
        },
    ),
}
