"""The texts of the checks of packages, from which Docker comes."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "docker.sources": CheckText(
        title="Sources of packages",
        why="With one place written down twice apt does nothing any more, or warns each time.",
        seen={
            "right": "{sources}, each once",
            "no_apt": "no sources of apt's",
            "twice": "{uri} {suite} stands in {files}",
            "conflict": "{uri} {suite} stands in {files} with different keys",
        },
        advice={
            "twice": "./main.sh validate --fix docker.sources puts the older file aside",
            "conflict": "./main.sh validate --fix docker.sources puts the older file aside",
        },
    ),
    "docker.keyrings": CheckText(
        title="Keys of the sources",
        why="Without its key apt does not trust a source: NO_PUBKEY.",
        seen={
            "right": "{keyrings} can be read",
            "none_named": "no source names a key",
            "missing": "{file} names {path}, which is not there",
            "closed": "apt may not read {path}",
            "empty": "{path} is empty: its download failed",
            "wrong_form": "the ending of {path} does not fit what is in it (.asc: text, .gpg: binary)",
        },
        advice={
            "missing": "./main.sh install fetches Docker's and NVIDIA's keys anew",
            "closed": "sudo chmod 0644 {path}",
            "empty": "./main.sh install fetches Docker's and NVIDIA's keys anew",
            "wrong_form": "./main.sh install fetches Docker's and NVIDIA's keys anew",
        },
    ),
    "docker.suite": CheckText(
        title="Docker's source for this release",
        why="Packages of another release may not install, or stay old after an upgrade of the system.",
        seen={
            "right": "{codename}",
            "no_source": "Docker's own source is not used",
            "other": "{file} names {suite}, this system is {codename}",
        },
        advice={
            "other": "./main.sh validate --fix docker.suite",
        },
    ),
    "docker.dpkg": CheckText(
        title="Packages half installed",
        why="While an installation is cut off, dpkg does nothing else.",
        seen={
            "right": "none",
            "no_dpkg": "no dpkg",
            "half": "{packages}",
            "interrupted": "an installation was cut off",
        },
        advice={
            "half": "sudo dpkg --configure -a",
            "interrupted": "sudo dpkg --configure -a",
        },
    ),
    "docker.apt_lock": CheckText(
        title="Installations under way",
        why="While another program installs, nothing else can be installed.",
        seen={
            "free": "none",
            "no_apt": "no apt",
            "held": "{name} (pid {pid}) is installing",
        },
        advice={
            "held": "Wait until it has finished",
        },
    ),
}
