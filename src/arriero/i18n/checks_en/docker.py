"""The texts of the checks of Docker."""

from arriero.i18n.check_texts import CheckText
from arriero.i18n.checks_en import packages

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
    "docker.namespaces": CheckText(
        title="Rootless Docker's namespaces",
        why="Without a user namespace of its own a rootless daemon does not start.",
        seen={
            "right": "allowed",
            "not_rootless": "no rootless Docker",
            "no_sub_ids": "{user} has no range of 65536 ids in /etc/subuid",
            "restricted": "AppArmor keeps {path} from making one",
        },
        advice={
            "no_sub_ids": "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}",
            "restricted": "sudo apt install docker-ce-rootless-extras, which brings a profile; or use the system's Docker",
        },
    ),
    "docker.release": CheckText(
        title="Docker's version",
        why="Engine, Compose and Arriero must have a version of the API in common.",
        seen={
            "current": "{version} (API {api})",
            "no_engine": "no engine to ask",
            "aged": "{version} works, and gets no corrections any more",
            "narrow": "{version} refuses the API below {oldest_api}: older programs (Portainer, Traefik) cannot speak to it",
            "too_old": "{fault}",
            "too_new": "{fault}",
        },
        advice={
            "aged": "sudo apt update && sudo apt upgrade, or ./main.sh install for Docker's own packages",
            "narrow": "sudo apt update && sudo apt upgrade (29.3 takes that back)",
            "too_old": "./main.sh install brings a current one",
            "too_new": "Update Arriero",
        },
    ),
    "docker.boot": CheckText(
        title="Docker after a reboot",
        why="Containers that are to run until they are stopped come back with the daemon, or not at all.",
        seen={
            "comes": "comes back ({state})",
            "no_engine": "no engine to ask",
            "no_unit": "no systemd service",
            "stays_away": "does not come back: the service is {state}",
        },
        advice={"stays_away": "sudo systemctl enable docker"},
    ),
    "docker.warnings": CheckText(
        title="Docker's own warnings",
        why="The engine knows best what is missing on its machine, and whether strangers could command it.",
        seen={
            "none": "none",
            "no_engine": "no engine to ask",
            "some": "{detail}",
            "no_forwarding": "{detail}: containers have no network",
            "open_api": "whoever reaches this machine can be root on it: {detail}",
        },
        advice={
            "some": "",
            "no_forwarding": "sudo sysctl -w net.ipv4.ip_forward=1",
            "open_api": "Take `tcp://` out of `hosts` in /etc/docker/daemon.json, or use TLS: docs.docker.com/engine/security/protect-access",
        },
    ),
    "docker.disk": CheckText(
        title="Room for images",
        why="Ollama's image takes about six GiB while it is unpacked; on a full disk containers break too.",
        seen={
            "roomy": "{free_bytes:size} free in {path}",
            "unseen": "the engine's folders are not to be seen from here",
            "tight": "only {free_bytes:size} free in {path}",
            "full": "{path} is full ({free_bytes:size} free)",
        },
        advice={
            "tight": "docker system df shows what takes room; docker image prune gives some back",
            "full": "docker image prune; docker builder prune",
        },
    ),
    "docker.cgroups": CheckText(
        title="Control groups",
        why="With systemd's driver and an older Docker, `systemctl daemon-reload` takes the card from running containers.",
        seen={
            "second": "version 2, driver {driver}",
            "no_engine": "no engine to ask",
            "first": "version {version}, driver {driver}: Docker will give that up",
            "loses_card": "driver {driver} with Docker {release}: a daemon-reload takes the card from containers",
        },
        advice={
            "first": "Start the system with version 2 (systemd.unified_cgroup_hierarchy=1)",
            "loses_card": "Docker 29.2 or newer, or ./main.sh validate --fix docker.cgroups",
        },
    ),
    "docker.open_files": CheckText(
        title="Open files in containers",
        why="At 1024 a server with many connections fails with `too many open files`.",
        seen={
            "enough": "enough",
            "no_engine": "no engine to ask",
            "no_unit": "no systemd service to ask",
            "few": "{limit} to begin with",
        },
        advice={
            "few": "Only if `too many open files` shows in the logs: sudo systemctl edit containerd, LimitNOFILE=524288"
        },
    ),
    "docker.logs": CheckText(
        title="Size of the containers' logs",
        why="Without a limit they fill the disk over the months.",
        seen={
            "limited": "limited ({driver})",
            "no_engine": "no engine to ask",
            "endless": "{driver} without a limit",
        },
        advice={"endless": "./main.sh validate --fix docker.logs"},
    ),
    "docker.networks": CheckText(
        title="Networks",
        why="Each project takes an address range; when all are given, no new container starts.",
        seen={
            "enough": "{networks}, and room for {left} more",
            "no_engine": "no engine to ask",
            "few": "{networks}, and room for {left} more only",
            "used_up": "{networks}: every address range is given",
        },
        advice={"few": "docker network prune", "used_up": "docker network prune"},
    ),
    "docker.names": CheckText(
        title="Names of the containers",
        why="Two containers cannot have one name; a stranger's keeps ours from being made.",
        seen={
            "free": "free",
            "no_engine": "no engine to ask",
            "taken": "taken by containers that are not Arriero's: {names}[[ (projects: {projects})]]",
        },
        advice={"taken": "If you do not need them: docker rm -f NAME; or rename them: docker rename NAME OTHER"},
    ),
    "docker.orphans": CheckText(
        title="Containers without a slot",
        why="They hold ports and memory, and no command of Arriero's ends them.",
        seen={
            "none": "none",
            "no_engine": "no engine to ask",
            "some": "{names}",
        },
        advice={"some": "./main.sh validate --fix docker.orphans"},
    ),
    "docker.volume": CheckText(
        title="The containers' volume",
        why="Containers see the models through it; when it leads elsewhere they download everything again, or do not start.",
        seen={
            "right": "{volume} leads to {bound}",
            "none": "will be made with the first container",
            "no_engine": "no engine to ask",
            "foreign": "{volume} belongs to the project {project}",
            "elsewhere": "{volume} leads to {bound}, the models are in {wanted}",
            "gone": "{volume} leads to {bound}, and that folder is not there",
        },
        advice={
            "foreign": "Give the stack another name: docker.project in arriero.toml",
            "elsewhere": "./main.sh down, then docker volume rm {volume}: files of a bound folder stay",
            "gone": "mkdir -p {bound}",
        },
    ),
    "docker.stopping": CheckText(
        title="Stopping containers",
        why="A container that cannot be told to end is killed after ten seconds, in the middle of an answer.",
        seen={
            "right": "nothing refused",
            "no_engine": "no engine to ask",
            "no_apparmor": "no AppArmor",
            "unseen": "the kernel's log may not be read",
            "denied": "AppArmor keeps Docker {version} from stopping containers: {detail}",
        },
        advice={"denied": "sudo apt update && sudo apt upgrade, then restart the machine"},
    ),
    "docker.image": CheckText(
        title="Image of the containers",
        why="Without it the first start downloads some GiB; a container goes on with the one that it was made from.",
        seen={
            "here": "{image} ({size_bytes:size})",
            "unneeded": "not needed now",
            "behind": "{names} run an older image than {image} is now",
            "missing": "{image} is not here",
            "needed": "{image} is not here, and the settings ask for containers",
        },
        advice={
            "behind": "./main.sh down, then ./main.sh up",
            "missing": "docker pull {image}",
            "needed": "docker pull {image}",
        },
    ),
    **packages.CHECKS,
}
