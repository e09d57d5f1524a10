"""The texts of the checks of Docker."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "docker.program": CheckText(
        title="Docker command",
        why="The models' containers are made with it.",
        seen={
            "present": "{said}",
            "unneeded": "not installed, and the settings ask for models without containers",
            "missing": "not installed: models are served without containers",
            "podman": "`docker` is Podman in disguise ({said})",
            "needed": "not installed, and the settings ask for containers",
            "broken": "`docker --version` fails: {said}",
        },
        advice={
            "missing": "./main.sh install",
            "podman": "sudo apt remove podman-docker, then ./main.sh install",
            "needed": "./main.sh install",
            "broken": "sudo apt install --reinstall docker-ce-cli (or docker.io)",
        },
    ),
    "docker.kind": CheckText(
        title="Kind of Docker",
        why="The snap and Docker Desktop cannot hand out the graphics card; models would run on the processor.",
        seen={
            "engine": "Docker Engine {version} on {system}",
            "not_installed": "no Docker",
            "untold": "the engine does not answer",
            "rootless": "rootless Docker: the card needs extra steps there",
            "desktop": "Docker Desktop ({version}): its virtual machine has no graphics card",
            "snap": "Docker from the snap ({path}): no graphics card, and no folders outside of your home",
        },
        advice={
            "rootless": "For the card, the system's Docker is the simple way: docker context use default",
            "desktop": "Leave Desktop and use the engine: ./main.sh install, then docker context use default",
            "snap": "sudo snap remove docker, then ./main.sh install",
        },
    ),
    "docker.installations": CheckText(
        title="Docker installed once",
        why="Two installations have two daemons and two sets of images: what one makes, the other does not see.",
        seen={
            "one": "{found}",
            "none": "no Docker from a package",
            "several": "installed more than once: {found}",
        },
        advice={"several": "Keep one and remove the others: sudo apt remove NAME, or sudo snap remove docker"},
    ),
    "docker.address": CheckText(
        title="Which engine is meant",
        why="A forgotten DOCKER_HOST or context sends everything to an engine that is not there, or to another one.",
        seen={
            "usual": "{url}",
            "elsewhere": "{url}, by {origin}",
            "context_unknown": "the chosen context does not exist: {name}",
            "context_unreadable": "{path} cannot be read: {detail}",
            "context_dead": "{origin} leads to {url}, and nothing is there",
            "host_dead": "DOCKER_HOST leads to {url}, and nothing is there",
            "unusable": "{fault}",
        },
        advice={
            "elsewhere": "If that is not intended: unset DOCKER_HOST, or docker context use default",
            "context_unknown": "docker context use default",
            "context_unreadable": "Mend or remove that file; docker makes it anew",
            "context_dead": "docker context use default",
            "host_dead": "unset DOCKER_HOST, and take the line out of ~/.bashrc or ~/.profile",
            "unusable": "unset DOCKER_HOST, then docker context use default",
        },
    ),
    "docker.group": CheckText(
        title="Rights on Docker",
        why="Without the group `docker` every command would need sudo, and would leave files of root's in your folders.",
        seen={
            "member": "{user} is in the group docker",
            "root": "root may do everything",
            "unneeded": "not needed here",
            "untold": "the system does not tell who you are",
            "relogin": "{user} is in the group docker, but this session began before",
            "outside": "{user} is not in the group docker",
            "no_group": "there is no group docker",
        },
        advice={
            "untold": "",
            "relogin": "Log out and in again; until then: sg docker -c './main.sh'",
            "outside": "sudo usermod -aG docker {user} (who is in that group can become root), then log in again",
            "no_group": "sudo groupadd docker && sudo usermod -aG docker {user}, then log in again",
        },
    ),
    "docker.socket": CheckText(
        title="Docker's socket",
        why="Whoever may write to it is root on this machine; whoever may not cannot use Docker.",
        seen={
            "right": "{path} ({mode})",
            "no_socket": "no socket to look at",
            "root_only": "{path} belongs to root's group: the group docker came after the daemon's start",
            "open_to_all": "every user of this machine may write to {path} ({mode})",
            "not_a_socket": "{path} is no socket: a container left a folder of that name",
        },
        advice={
            "root_only": "sudo systemctl restart docker.socket docker",
            "open_to_all": "sudo chmod 0660 {path}",
            "not_a_socket": "sudo systemctl stop docker.socket docker; sudo rmdir {path}; sudo systemctl start docker",
        },
    ),
    "docker.daemon": CheckText(
        title="Docker's daemon",
        why="It runs the containers; without it none of them serves.",
        seen={
            "answers": "answers (version {version})",
            "not_installed": "not installed",
            "no_address": "the address is wrong",
            "closed": "this user may not ask it ({socket})",
            "stopped": "does not run: {detail}",
            "failed": "does not start: {detail}",
            "hangs": "runs and does not answer: {detail}",
            "refuses": "answers {asked} with {status}: {detail}",
        },
        advice={
            "closed": "See: rights on Docker",
            "stopped": "sudo systemctl enable --now docker",
            "failed": "sudo journalctl -u docker -n 50; then sudo systemctl start docker",
            "hangs": "sudo systemctl restart docker (this stops all containers for a moment)",
            "refuses": "sudo systemctl restart docker (this stops all containers for a moment)",
        },
    ),
    "docker.settings": CheckText(
        title="Docker's settings",
        why="With a settings file that it cannot read the daemon does not start any more.",
        seen={
            "right": "{path} can be read",
            "absent": "no {path}: everything as it comes",
            "not_json": "{path} is not JSON: {detail}",
            "refused": "the daemon refuses {path}: {detail}",
            "hosts_twice": "`hosts` stands in {path} and in the service's command line",
        },
        advice={
            "not_json": "./main.sh validate --fix docker.settings, or mend it: sudo nano {path}",
            "refused": "./main.sh validate --fix docker.settings, or mend it: sudo nano {path}",
            "hosts_twice": "Take `hosts` out of {path}, then sudo systemctl restart docker",
        },
    ),
    "docker.client": CheckText(
        title="Your Docker folder",
        why="docker reads its contexts and accounts there; one `sudo docker login` makes the folder root's.",
        seen={
            "right": "{path} can be read",
            "absent": "no {path}: everything as it comes",
            "no_store": "{path} names {program}, which is not installed: downloads of images fail",
            "foreign": "{path} belongs to {owner}, not to {user}",
            "not_json": "{path} is not JSON: {detail}",
        },
        advice={
            "no_store": "Take `credsStore` out of {path}",
            "foreign": "sudo chown -R {user}: {folder}",
            "not_json": "Mend {path} or put it aside; docker makes it anew",
        },
    ),
}
