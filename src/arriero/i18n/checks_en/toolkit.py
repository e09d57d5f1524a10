"""The texts of the checks of NVIDIA's container toolkit."""

from arriero.i18n.check_texts import CheckText

_UNNEEDED = "not needed here: there is no Docker with a card"

CHECKS: dict[str, CheckText] = {
    "toolkit.installed": CheckText(
        title="NVIDIA's toolkit",
        why="Without it Docker cannot give the card to any container.",
        seen={"here": "installed[[, {version}]]", "unneeded": _UNNEEDED, "missing": "not installed"},
        advice={"missing": "Install it with: ./main.sh install; or by hand: sudo apt install nvidia-container-toolkit"},
    ),
    "toolkit.versions": CheckText(
        title="The toolkit's packages",
        why="Since 1.18 all four must be of one version; if one stays behind, nothing with a GPU starts.",
        seen={
            "same": "all of one version",
            "unpackaged": "it was not installed with apt",
            "differ": "they are not of one version: {packages}",
        },
        advice={"differ": "./main.sh validate --fix toolkit.versions"},
    ),
    "toolkit.daemon": CheckText(
        title="Docker knows the toolkit",
        why="Docker looks for it only when it starts.",
        seen={
            "newer": "Docker started after it was installed",
            "unneeded": _UNNEEDED,
            "not_running": "no dockerd runs here",
            "older": "Docker started before it was installed and does not see it yet",
        },
        advice={"older": "./main.sh validate --fix toolkit.daemon"},
    ),
    "toolkit.specification": CheckText(
        title="CDI specification",
        why="It tells Docker which of the card's files to give to a container; if it is another driver's, the container does not start.",
        seen={
            "current": "up to date ({version})",
            "unneeded": _UNNEEDED,
            "before_cdi": "this toolkit does not write it yet",
            "absent": "{path} is missing",
            "stale": "{path} is of the driver {named}, and {version} runs",
        },
        advice={
            "absent": "./main.sh validate --fix toolkit.specification",
            "stale": "./main.sh validate --fix toolkit.specification",
        },
    ),
    "toolkit.handmade": CheckText(
        title="CDI made by hand",
        why="Nobody renews /etc/cdi/nvidia.yaml: after an update of the driver it names files that are gone.",
        seen={
            "none": "none",
            "unneeded": _UNNEEDED,
            "shadows": "{path} is read beside the one that the toolkit keeps",
            "stale": "{path} is of another driver ({named})",
        },
        advice={
            "shadows": "./main.sh validate --fix toolkit.handmade",
            "stale": "./main.sh validate --fix toolkit.handmade",
        },
    ),
    "toolkit.runtime": CheckText(
        title="Runtime “nvidia”",
        why="If daemon.json names a runtime that is not there, Docker starts no container with it.",
        seen={
            "registered": "registered in {path}",
            "unused": "not used, and not needed",
            "program_missing": "{path} registers it, but its program is not there ({program})",
            "default_unknown": "{path} makes it the default without registering it",
        },
        advice={
            "program_missing": "Install the toolkit (sudo apt install nvidia-container-toolkit) or take it out of {path}; then: sudo systemctl restart docker",
            "default_unknown": "sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker",
        },
    ),
    "toolkit.cgroups": CheckText(
        title="The toolkit's permissions",
        why="With no-cgroups the container gets the card without the right to use it, and Ollama goes to the CPU.",
        seen={
            "set_up": "the toolkit sets them",
            "for_rootless": "it does not set them, as rootless Docker needs it",
            "absent": "the toolkit has no config.toml",
            "left_out": "{path} has no-cgroups = true, and Docker runs as root",
            "not_toml": "{path} is not valid TOML: {detail}",
        },
        advice={
            "left_out": "./main.sh validate --fix toolkit.cgroups",
            "not_toml": "Correct it, or write it anew with: sudo nvidia-ctk config default --output={path}",
        },
    ),
}
