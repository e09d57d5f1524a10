"""The texts of the steps of an installation: what each looks at and what it sees."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "install.distribution": CheckText(
        title="Distribution",
        why="Packages are installed with apt.",
        seen={"apt": "{name}", "no_apt": "{name}: without apt, what is missing must be installed by hand"},
    ),
    "install.driver": CheckText(
        title="NVIDIA's driver",
        why="Without it models run on the processor, many times slower.",
        seen={
            "no_card": "there is no NVIDIA card: models will run on the processor",
            "works": "{said}",
            "missing": "there is an NVIDIA card and its driver is missing",
            "broken": "the driver is installed and does not answer: {said}",
        },
        advice={"missing": "./main.sh install", "broken": "./main.sh validate --only gpu"},
    ),
    "install.docker": CheckText(
        title="Docker and Compose",
        why="Each model lives in a container.",
        seen={
            "there": "{docker}, Compose {compose}",
            "missing": "Docker is not installed",
            "no_compose": "{docker}, but Compose is missing",
            "stopped": "installed, but it does not answer: {detail}",
            "unusable": "{detail}",
        },
        advice={
            "missing": "./main.sh install",
            "no_compose": "./main.sh install",
            "stopped": "./main.sh install",
            "unusable": "./main.sh validate --only docker",
        },
    ),
    "install.group": CheckText(
        title="Permission to use Docker",
        why="Outside the group docker every command would need sudo. Mind: that group is as good as root.",
        seen={
            "root": "you are root",
            "member": "{user} may use it",
            "outside": "{user} is not in the group docker",
            "relogin": "{user} is in the group docker by now, but this session began before",
            "no_account": "user {uid} has no account on this machine",
        },
        advice={
            "outside": "./main.sh install",
            "relogin": "Log out and in again.",
            "no_account": "Make the account with: sudo adduser NAME",
        },
    ),
    "install.toolkit": CheckText(
        title="GPU in containers (NVIDIA Container Toolkit)",
        why="Docker needs it to give the card to a container.",
        seen={
            "no_card": "there is no NVIDIA card",
            "there": "installed",
            "missing": "not installed",
            "not_restarted": "installed, but Docker started before and does not know it yet",
        },
        advice={"missing": "./main.sh install", "not_restarted": "sudo systemctl restart docker"},
    ),
    "install.image": CheckText(
        title="Ollama's image",
        why="Containers are made of it.",
        seen={
            "there": "{image}",
            "missing": "{image} is not downloaded",
            "no_engine": "{image}: there is no Docker to ask yet",
        },
        advice={"missing": "./main.sh install", "no_engine": "./main.sh install"},
    ),
    "install.folders": CheckText(
        title="Folders",
        why="They keep the models, the logs and the Compose files.",
        seen={"there": "{paths}", "missing": "missing: {paths}", "closed": "{user} cannot write to {paths}"},
        advice={"missing": "./main.sh install", "closed": "./main.sh install"},
    ),
    "install.compose": CheckText(
        title="Compose files",
        why="Containers are handled with them, by hand too.",
        seen={"there": "in {folder}", "missing": "{folder} lacks {names}"},
        advice={"missing": "./main.sh install"},
    ),
    "install.model": CheckText(
        title="First model",
        why="At the end, something answers.",
        seen={
            "active": "{slot} answers at {url}",
            "inactive": "none is active; the first would be {slot} ({reference})",
        },
        advice={"inactive": "./main.sh activate {slot}"},
    ),
}
