"""Los textos de los arreglos del sistema."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "system.clock": FixText(
        does={
            "not_kept": "Pone el reloj en hora por la red, ahora y siempre.",
            "behind": "Pone el reloj en hora por la red.",
        },
        refuses={
            "no_systemd": 'aquí no hay timedatectl: sudo date -s "AAAA-MM-DD HH:MM"',
        },
    ),
}
