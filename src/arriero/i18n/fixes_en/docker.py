"""The texts of the fixes of Docker."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "docker.address": FixText(
        does={
            "context_unknown": "Goes back to the machine's own engine.",
            "context_dead": "Goes back to the machine's own engine.",
            "host_dead": "",
        },
        refuses={
            "shell": "only you can change your shell: take the line out of ~/.bashrc or ~/.profile, and open a new terminal",
        },
    ),
    "docker.group": FixText(
        does={
            "outside": "Takes {user} into the group docker. Whoever is in it can become root on this machine.",
            "no_group": "Makes the group docker and takes {user} into it. Whoever is in it can become root on this machine.",
            "relogin": "",
        },
        refuses={
            "relogin": "log out and in again; until then: sg docker -c './main.sh'",
        },
    ),
    "docker.socket": FixText(
        does={
            "open_to_all": "Leaves {path} to root and the group docker.",
            "root_only": "Has the socket made anew, for the group docker. Containers stop and start again.",
            "not_a_socket": "Takes the empty folder {path} away and starts Docker anew.",
        },
    ),
    "docker.settings": FixText(
        does={
            "not_json": "Writes {path} anew, with what can be understood of it; the old text is kept beside it. Restarts Docker.",
            "refused": "Takes out of {path} what the daemon does not know, and restarts Docker.",
            "hosts_twice": "Takes `hosts` out of {path}: the service's command line has it. Restarts Docker.",
        },
        refuses={
            "unknown": "what the daemon objects to has to be decided by you: {detail}",
        },
    ),
    "docker.daemon": FixText(
        does={
            "stopped": "Starts Docker's service, now and with the machine.",
            "failed": "Lets Docker's service try again, now and with the machine.",
            "hangs": "Restarts Docker's service. Containers stop and start again.",
            "refuses": "Restarts Docker's service. Containers stop and start again.",
        },
        refuses={
            "settings_first": "it cannot read {path}; first: ./main.sh validate --fix docker.settings",
        },
    ),
    "docker.client": FixText(
        does={
            "foreign": "Gives {folder} back to {user}.",
            "no_store": "Takes {program} out of {path}.",
            "not_json": "Puts {path} aside; docker makes it anew. Contexts and accounts are chosen again then.",
        },
    ),
    "docker.namespaces": FixText(
        does={
            "no_sub_ids": "Gives {user} a range of 65536 ids.",
        },
    ),
    "docker.sources": FixText(
        does={
            "conflict": "Puts the older file aside; a copy that apt does not read stays beside it.",
            "twice": "Puts the older file aside; a copy that apt does not read stays beside it.",
        },
        refuses={
            "mixed": "each of these files names other places too; take the double line out by hand: {files}",
        },
    ),
    "docker.keyrings": FixText(
        does={
            "closed": "Lets apt read {path}.",
        },
    ),
    "docker.suite": FixText(
        does={
            "other": "Writes {codename} for {suite} into {file}, and has apt look anew.",
        },
    ),
    "docker.dpkg": FixText(
        does={
            "half": "Finishes the installation of {packages}.",
            "interrupted": "Finishes the installation that was cut off.",
        },
    ),
    "docker.boot": FixText(
        does={
            "stays_away": "Has Docker start with the machine.",
        },
    ),
    "docker.cgroups": FixText(
        does={
            "loses_card": "Has Docker fence containers in by itself, and restarts it; containers stop and start again.",
        },
        refuses={
            "unreadable": "{path} is no JSON: mend it first with ./main.sh validate --fix docker.settings",
        },
    ),
    "docker.logs": FixText(
        does={
            "endless": "Limits logs to three files of 10 MB in {path}, for containers that are made from now on; restarts Docker.",
        },
        refuses={
            "unreadable": "{path} is no JSON: mend it first with ./main.sh validate --fix docker.settings",
        },
    ),
    "docker.networks": FixText(
        does={
            "few": "Removes networks that no container uses.",
            "used_up": "Removes networks that no container uses.",
        },
    ),
    "docker.orphans": FixText(
        does={
            "some": "Ends and removes {names}. Models are not touched.",
        },
    ),
    "docker.volume": FixText(
        does={
            "gone": "Makes the folder {bound}.",
            "elsewhere": "Removes the volume {volume}, which is only a name for {bound}; it is made anew for {wanted}.",
        },
        refuses={
            "holds_files": "{volume} holds files of its own in {path}, which would go with it; copy them out first",
            "used": "containers use it; first: ./main.sh down ({names})",
        },
    ),
    "docker.image": FixText(
        does={
            "missing": "Downloads {image}.",
            "needed": "Downloads {image}.",
        },
        acts={
            "pull": "downloads the image {image}",
        },
    ),
}
