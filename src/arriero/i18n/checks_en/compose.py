"""The texts of the checks of Compose."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "compose.plugin": CheckText(
        title="Docker Compose",
        why="It brings the containers up as `docker compose up` would by hand.",
        seen={
            "right": "{version}",
            "unneeded": "not needed here",
            "missing": "docker has no Compose plugin",
            "only_first": "only the old docker-compose is here ({version})",
            "too_old": "{version} is too old; {oldest} is the oldest that works",
            "broken": "it fails: {detail}",
        },
        advice={
            "missing": "sudo apt install docker-compose-plugin (Ubuntu's packages: docker-compose-v2)",
            "only_first": "sudo apt install docker-compose-plugin (Ubuntu's packages: docker-compose-v2)",
            "too_old": "sudo apt update && sudo apt install docker-compose-plugin (or docker-compose-v2)",
            "broken": "sudo apt install --reinstall docker-compose-plugin (or docker-compose-v2)",
        },
    ),
    "compose.first_line": CheckText(
        title="Old docker-compose",
        why="Version 1 fails on containers that newer ones made: KeyError: 'ContainerConfig'.",
        seen={
            "none": "none",
            "newer": "docker-compose is version {version}",
            "first": "docker-compose {version} lies in {path}; use `docker compose` with a space",
        },
        advice={"first": "sudo apt remove docker-compose, or pip uninstall docker-compose"},
    ),
    "compose.files": CheckText(
        title="Compose files",
        why="The containers are made from them; Arriero does not overwrite what was changed by hand.",
        seen={
            "right": "in order ({folder})",
            "absent": "none yet",
            "unjudged": "nobody here who could judge them",
            "edited": "changed by hand: {paths}",
            "refused": "Compose refuses them: {detail}",
        },
        advice={
            "edited": "To have them made anew: ./main.sh validate --fix compose.files (the old ones are kept beside)",
            "refused": "./main.sh validate --fix compose.files, or mend them by hand",
        },
    ),
}
