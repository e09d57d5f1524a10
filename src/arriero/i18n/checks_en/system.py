"""The texts of the checks of the system."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "system.distribution": CheckText(
        title="Distribution",
        why="The steps of the installation and the repositories of Docker and NVIDIA depend on it; without updates they stop working.",
        seen={
            "supported": "{name}",
            "unknown_release": "{name}: Arriero does not know this release yet",
            "other": "{name}: Arriero is tested on Ubuntu",
            "untold": "the system does not say which it is (no /etc/os-release)",
            "ended": "{name} has had no updates since {ended}",
        },
        advice={
            "unknown_release": "",
            "other": "",
            "untold": "",
            "ended": "Move to Ubuntu 24.04 or 26.04: sudo do-release-upgrade",
        },
    ),
}
