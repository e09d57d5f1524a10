"""The texts of the checks of the graphics card."""

from arriero.i18n.check_texts import CheckText

_NO_CARD = "there is no NVIDIA card"
_NO_DRIVER = "the driver is not loaded"
_NOT_ASKED = "there is no card to ask"

CHECKS: dict[str, CheckText] = {
    "gpu.card": CheckText(
        title="NVIDIA card",
        why="Without one, models run on the CPU, several times slower.",
        seen={
            "here": "yes[[: {name}]]",
            "handed_in": "handed in to this container or virtual machine[[: {name}]]",
            "simulated": "pretended ({name})",
            "none": "none[[; there is {others}, which is not used here]]",
        },
        advice={"simulated": "To look at the real one, leave out --simulate and the setting `simulate`.", "none": ""},
    ),
    "gpu.nouveau": CheckText(
        title="Free driver (nouveau)",
        why="While nouveau has the card, NVIDIA's driver cannot have it and CUDA does not work.",
        seen={"away": "does not hold it", "no_card": _NO_CARD, "in_charge": "nouveau has taken the card"},
        advice={"in_charge": "./main.sh validate --fix gpu.nouveau"},
    ),
    "gpu.driver": CheckText(
        title="NVIDIA's driver",
        why="It is what lets the card be used; its module must be that of the running kernel.",
        seen={
            "loaded": "loaded, {version}",
            "no_card": _NO_CARD,
            "missing": "not installed",
            "not_for_kernel": "{version} is here, without a module for the kernel {kernel}",
            "not_loaded": "its module for the kernel {kernel} is here, but not loaded",
        },
        advice={
            "missing": "Install it and restart: sudo ubuntu-drivers install && sudo reboot",
            "not_for_kernel": "./main.sh validate --fix gpu.driver",
            "not_loaded": "./main.sh validate --fix gpu.driver",
        },
    ),
    "gpu.secure_boot": CheckText(
        title="Secure Boot",
        why="With Secure Boot the kernel loads signed modules only; Ubuntu's are signed, those of DKMS and .run are not.",
        seen={
            "off": "off",
            "lets_it_in": "on, and the module is signed",
            "no_card": _NO_CARD,
            "no_uefi": "this machine does not have it, or does not tell",
            "before_install": "on: a signed driver will be needed",
            "blocks": "on, and it keeps NVIDIA's module out[[ ({detail})]]",
        },
        advice={
            "before_install": "Install Ubuntu's, which is signed: sudo ubuntu-drivers install",
            "blocks": "Use the one that Ubuntu signed: sudo ubuntu-drivers install && sudo reboot; or enrol the key of yours: sudo mokutil --import /var/lib/shim-signed/mok/MOK.der && sudo reboot",
        },
    ),
    "gpu.library": CheckText(
        title="Module and library",
        why="Unless both are of the same version, nvidia-smi, CUDA and containers see no card.",
        seen={
            "same": "both {version}",
            "no_driver": _NO_DRIVER,
            "differ": "the loaded module[[ ({module})]] and the library[[ ({library})]] are not of the same version: updated without a restart",
            "missing": "libnvidia-ml.so.1 is missing",
        },
        advice={
            "differ": "Restart: sudo reboot",
            "missing": "Install the library: sudo apt install[[ libnvidia-compute-{branch} nvidia-utils-{branch}]]",
        },
    ),
    "gpu.release": CheckText(
        title="The driver's version",
        why="Ollama leaves the card alone, and hardly says so, when the driver is older than it asks for.",
        seen={
            "enough": "{version}",
            "no_driver": _NO_DRIVER,
            "before_cuda_13": "{version}: will do; from 580 on Ollama uses CUDA 13",
            "too_old": "{version}, and Ollama asks for {needed} or newer",
        },
        advice={
            "before_cuda_13": "If you like: sudo ubuntu-drivers install nvidia:580 && sudo reboot",
            "too_old": "Update it and restart: sudo ubuntu-drivers install nvidia:580 && sudo reboot",
        },
    ),
    "gpu.smi": CheckText(
        title="nvidia-smi",
        why="It is what every guide asks first, and what Arriero tries inside containers.",
        seen={
            "answers": "{said}",
            "no_driver": _NO_DRIVER,
            "absent": "not installed",
            "failed": "fails: {said}",
            "no_module": "cannot speak with the driver: its module is not loaded",
            "mismatch": "module and library are not of the same version",
            "no_library": "does not find libnvidia-ml.so",
            "no_devices": "sees no card",
            "lost": "the card is lost: {said}",
            "unknown_error": "gives an unknown error, mostly after a suspend",
            "no_permission": "this user may not use the card",
        },
        advice={
            "absent": "Install it: sudo apt install nvidia-utils-{branch}",
            "failed": "See all of it with: nvidia-smi",
            "no_module": "Install the running kernel's module and restart: sudo ubuntu-drivers install && sudo reboot",
            "mismatch": "Restart: sudo reboot",
            "no_library": "Install it: sudo apt install libnvidia-compute-$(cut -d. -f1 /sys/module/nvidia/version)",
            "no_devices": "Restart; if it stays, see what the kernel says: sudo dmesg | grep NVRM",
            "lost": "Power off completely and on again; if it happens again, look at the card's power supply",
            "unknown_error": "./main.sh down && sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm; if it stays, restart",
            "no_permission": "See whose they are: ls -l /dev/nvidia*",
        },
    ),
    "gpu.nvml": CheckText(
        title="The card's answer",
        why="NVML tells how much memory is left and who uses it; when it fails, models end up on the CPU.",
        seen={
            "ready": "{name}",
            "not_asked": _NOT_ASKED,
            "no_permission": "this user may not use it[[ ({detail})]]",
            "unknown_error": "gives an unknown error, mostly after a suspend[[ ({detail})]]",
            "lost": "has fallen off the bus, or needs a reset[[ ({detail})]]",
            "not_found": "the setting `gpu` does not name exactly one card: {detail}[[. There are: {cards}]]",
            "silent": "the driver does not answer[[ within {detail}]]",
        },
        advice={
            "no_permission": "See whose they are: ls -l /dev/nvidia*",
            "unknown_error": "./main.sh down && sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm; if it stays, restart",
            "lost": "Power off completely and on again; if it happens again, look at the card's power supply",
            "not_found": "Correct it in arriero.toml; where it is set: ./main.sh config show --origin",
            "silent": "See what the kernel says (sudo dmesg | grep NVRM) and restart",
        },
    ),
    "gpu.uvm": CheckText(
        title="CUDA's device",
        why="A container that starts without /dev/nvidia-uvm stays on the CPU and does not say so.",
        seen={
            "there": "/dev/nvidia-uvm is there",
            "no_driver": _NO_DRIVER,
            "missing": "/dev/nvidia-uvm is missing",
        },
        advice={"missing": "./main.sh validate --fix gpu.uvm"},
    ),
    "gpu.faults": CheckText(
        title="The card's faults",
        why="The driver notes faults of memory, bus and power in the kernel's log (Xid).",
        seen={
            "none": "none since the boot",
            "no_driver": _NO_DRIVER,
            "no_log": "this user may not read the kernel's log",
            "reported": "the driver has noted Xid {numbers}",
            "off_the_bus": "the card has fallen off the bus[[ (Xid {numbers})]]",
        },
        advice={
            "no_log": "See it with: sudo dmesg | grep Xid",
            "reported": "What it says: sudo dmesg | grep Xid",
            "off_the_bus": "Power off completely and on again; if it happens again: look at power supply and cables, or lower its clock with sudo nvidia-smi -lgc 300,1500",
        },
    ),
    "gpu.memory": CheckText(
        title="The card's memory",
        why="A 7B model in Q4 with its context needs 5 to 7 GB; what does not fit goes to RAM, and is slower.",
        seen={
            "enough": "{total_bytes:size}",
            "not_asked": _NOT_ASKED,
            "small": "{total_bytes:size}: 7B models are divided between GPU and RAM",
            "too_small": "{total_bytes:size}: the catalogue's models will run almost wholly on the CPU",
        },
        advice={
            "small": "What fits, and with how much context: ./main.sh plan",
            "too_small": "What fits, and with how much context: ./main.sh plan",
        },
    ),
    "gpu.display": CheckText(
        title="Memory that others use",
        why="Screen and browser share the card with the models; with 8 GB it shows.",
        seen={
            "free": "{taken_bytes:size}[[ ({programs})]]",
            "not_asked": _NOT_ASKED,
            "shared": "{taken_bytes:size}[[ ({programs})]]",
            "crowded": "{taken_bytes:size}[[ ({programs})]]",
        },
        advice={
            "shared": "If there is an integrated one, plug the screen in there; who uses it: nvidia-smi",
            "crowded": "Close what you do not use (who uses it: nvidia-smi), or plug the screen into the integrated one",
        },
    ),
    "gpu.throttle": CheckText(
        title="Held back by heat or power",
        why="Held back, the card gives fewer tokens per second than it can.",
        seen={
            "none": "no[[; {temperature_c} °C]]",
            "no_driver": _NO_DRIVER,
            "untold": "this card does not tell",
            "heat": "held back by heat[[; {temperature_c} °C]]",
            "power": "held back because the power supply gives no more",
        },
        advice={
            "heat": "Clean the fans and let more air in; follow it with: nvidia-smi -q -d PERFORMANCE,TEMPERATURE",
            "power": "Look at the card's cables and the power supply; follow it with: nvidia-smi -q -d PERFORMANCE,POWER",
        },
    ),
    "gpu.suspend": CheckText(
        title="Suspend",
        why="If the card's memory is not kept over a suspend, models lose the GPU afterwards.",
        seen={
            "kept": "the card's memory is kept",
            "no_driver": _NO_DRIVER,
            "never_suspends": "this machine does not suspend",
            "not_kept": "a suspend loses what is on the card",
            "services_off": "it is to be kept, but these are not enabled: {services}",
        },
        advice={
            "not_kept": "./main.sh validate --fix gpu.suspend",
            "services_off": "./main.sh validate --fix gpu.suspend",
        },
    ),
    "gpu.persistence": CheckText(
        title="The driver stays awake",
        why="Without a display and nvidia-persistenced the driver lets go of the card after each use, and taking it again takes seconds.",
        seen={
            "active": "nvidia-persistenced keeps it",
            "display": "the display keeps it",
            "no_driver": _NO_DRIVER,
            "no_systemd": "there is no systemd here to ask",
            "off": "nothing keeps it",
            "failed": "nvidia-persistenced has failed",
        },
        advice={
            "off": "./main.sh validate --fix gpu.persistence",
            "failed": "./main.sh validate --fix gpu.persistence",
        },
    ),
}
