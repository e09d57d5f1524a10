"""The texts of the fixes of the graphics card."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "gpu.nouveau": FixText(
        does={
            "in_charge": "Keeps nouveau from taking the card from the next boot on.",
        },
        refuses={
            "no_driver": "NVIDIA's driver is not here to take it instead; first: ./main.sh install",
            "no_initramfs": "this system does not use update-initramfs; do it in its own way",
        },
    ),
    "gpu.driver": FixText(
        does={
            "not_loaded": "Loads NVIDIA's module.",
            "not_for_kernel": "Installs the module for the kernel {kernel}.",
        },
        refuses={
            "no_apt": "there is no apt here, or the driver's branch is not known",
        },
    ),
    "gpu.uvm": FixText(
        does={
            "missing": "Loads nvidia_uvm now and at every boot.",
        },
    ),
    "gpu.suspend": FixText(
        does={
            "not_kept": "Has the card's memory kept over a suspend.",
            "services_off": "Enables the services that keep it.",
        },
        refuses={
            "no_initramfs": "this system does not use update-initramfs; do it in its own way",
        },
    ),
    "gpu.persistence": FixText(
        does={
            "off": "Enables nvidia-persistenced.",
            "failed": "Starts nvidia-persistenced again.",
        },
    ),
}
