"""Los textos de las comprobaciones del sistema."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "system.distribution": CheckText(
        title="Distribución",
        why="Los pasos de instalación y los repositorios de Docker y NVIDIA dependen de ella; sin actualizaciones dejan de funcionar.",
        seen={
            "supported": "{name}",
            "unknown_release": "{name}: Arriero aún no conoce esta versión",
            "other": "{name}: Arriero se prueba en Ubuntu",
            "untold": "el sistema no dice cuál es (falta /etc/os-release)",
            "ended": "{name} no recibe actualizaciones desde {ended}",
        },
        advice={
            "unknown_release": "",
            "other": "",
            "untold": "",
            "ended": "Pasa a Ubuntu 24.04 o 26.04: sudo do-release-upgrade",
        },
    ),
}
