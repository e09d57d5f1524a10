"""Los textos de los arreglos de la tarjeta gráfica."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "gpu.nouveau": FixText(
        does={
            "in_charge": "Impide que nouveau tome la tarjeta desde el próximo arranque.",
        },
        refuses={
            "no_driver": "falta el controlador de NVIDIA que la tome en su lugar; primero: ./main.sh instalar",
            "no_initramfs": "este sistema no usa update-initramfs; hazlo a su manera",
        },
    ),
    "gpu.driver": FixText(
        does={
            "not_loaded": "Carga el módulo de NVIDIA.",
            "not_for_kernel": "Instala el módulo del núcleo {kernel}.",
        },
        refuses={
            "no_apt": "aquí no hay apt, o no se sabe la rama del controlador",
        },
    ),
    "gpu.uvm": FixText(
        does={
            "missing": "Carga nvidia_uvm ahora y en cada arranque.",
        },
    ),
    "gpu.suspend": FixText(
        does={
            "not_kept": "Hace que la memoria de la tarjeta se guarde al suspender.",
            "services_off": "Activa los servicios que la guardan.",
        },
        refuses={
            "no_initramfs": "este sistema no usa update-initramfs; hazlo a su manera",
        },
    ),
    "gpu.persistence": FixText(
        does={
            "off": "Activa nvidia-persistenced.",
            "failed": "Vuelve a arrancar nvidia-persistenced.",
        },
    ),
}
