"""Los textos de los arreglos del toolkit de contenedores de NVIDIA."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "toolkit.versions": FixText(
        does={
            "differ": "Pone los cuatro paquetes en la misma versión, la última.",
        },
        refuses={
            "no_apt": "aquí no hay apt",
        },
    ),
    "toolkit.daemon": FixText(
        does={
            "older": "Reinicia Docker; los contenedores que deban correr vuelven solos.",
        },
        refuses={
            "no_systemd": "aquí no hay systemd: reinicia dockerd a tu manera",
        },
    ),
    "toolkit.specification": FixText(
        does={
            "absent": "Escribe la especificación CDI.",
            "stale": "Escribe de nuevo la especificación CDI.",
        },
        refuses={
            "no_tool": "falta nvidia-ctk; primero: ./main.sh instalar",
        },
    ),
    "toolkit.handmade": FixText(
        does={
            "shadows": "Quita {path}; deja una copia al lado.",
            "stale": "Quita {path}; deja una copia al lado.",
        },
    ),
    "toolkit.cgroups": FixText(
        does={
            "left_out": "Hace que el toolkit vuelva a poner los permisos.",
        },
        refuses={
            "no_tool": "falta nvidia-ctk; primero: ./main.sh instalar",
        },
    ),
}
