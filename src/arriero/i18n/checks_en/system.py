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
    "system.processor": CheckText(
        title="Processor",
        why="llama.cpp computes on the CPU what does not fit on the GPU; without AVX2 that is several times slower.",
        seen={"able": "{name}", "other": "not an x86[[: {name}]]", "no_avx2": "{name}: it has no AVX2"},
        advice={"no_avx2": "Use small models, or ones that fit on the GPU wholly: ./main.sh plan"},
    ),
    "system.memory": CheckText(
        title="Memory",
        why="What does not fit on the card goes to RAM; if it does not fit there, the system kills the model or crawls.",
        seen={
            "enough": "{total_bytes:size}",
            "untold": "the system does not say how much there is",
            "tight": "{total_bytes:size}, too little for: {models}",
            "too_little": "{total_bytes:size}, too little for every model of the catalogue",
        },
        advice={
            "tight": "Choose a smaller variant; which ones fit: ./main.sh plan",
            "too_little": "Use the smallest model (./main.sh demo) or one that fits: ./main.sh plan",
        },
    ),
    "system.clock": CheckText(
        title="Clock",
        why="With a clock that is behind, certificates are not valid yet and nothing can be downloaded.",
        seen={
            "kept": "right",
            "plausible": "seems right",
            "not_yet": "is being set, but that has not worked yet",
            "not_kept": "nobody sets it",
            "behind": "behind: it says {now:moment} and there are files of {newest:moment}",
        },
        advice={
            "not_yet": "If it stays like this: timedatectl timesync-status",
            "not_kept": "./main.sh validate --fix system.clock",
            "behind": "./main.sh validate --fix system.clock",
        },
    ),
    "system.user": CheckText(
        title="User and home",
        why="Models, settings and logs go there.",
        seen={
            "at_home": "{home}",
            "through_sudo": "root runs it for “{user}” with root's home",
            "no_variable": "there is no HOME",
            "no_home": "{home} does not exist",
            "closed_home": "{home} cannot be written to",
        },
        advice={
            "through_sudo": "Run it without sudo; where root is needed, Arriero asks for that step.",
            "no_variable": "Give it one: HOME=/some/folder ./main.sh validate",
            "no_home": "Make it: sudo mkdir -p {home} && sudo chown $USER {home}",
            "closed_home": "Get it back: sudo chown $USER {home} && chmod u+rwx {home}",
        },
    ),
    "system.terminal": CheckText(
        title="Terminal",
        why="Without UTF-8, accents and signs come out as question marks.",
        seen={
            "utf8": "{locale}",
            "unset": "no language set; UTF-8 is used",
            "dumb": "TERM=dumb: the full-screen app cannot be drawn",
            "not_utf8": "{locale} is not UTF-8",
        },
        advice={"dumb": "Use another terminal, or: ./main.sh --plain", "not_utf8": "export LC_ALL=C.UTF-8"},
    ),
    "system.reboot": CheckText(
        title="Pending restart",
        why="Until then the kernel and the driver of before run, with today's libraries.",
        seen={
            "none": "none",
            "waits": "asked for by: {packages}",
            "waits_with_driver": "asked for, by NVIDIA's driver among others: {packages}",
        },
        advice={"waits": "When you can: sudo reboot", "waits_with_driver": "sudo reboot"},
    ),
}
