"""Los textos de cada comprobación, por su código. Un módulo por tema."""

from arriero.i18n.check_texts import CheckText
from arriero.i18n.checks_es import arriero, compose, docker, gpu, models, network, storage, system, toolkit

ANY_CHECK = {
    "timed_out": "[[{what} ]]no respondió en {limit_s:g} s",
    "unreadable": "no se pudo mirar: {detail}",
    "defect": "la comprobación falló: {detail}",
}

SUBJECTS = {
    "system": "Sistema",
    "gpu": "Tarjeta gráfica",
    "toolkit": "GPU en contenedores",
    "docker": "Docker",
    "compose": "Docker Compose",
    "network": "Red",
    "storage": "Discos",
    "arriero": "Arriero",
    "models": "Modelos",
}

GRADES = {
    "good": "bien",
    "skipped": "no vienen al caso",
    "hint": "consejos",
    "unknown": "sin respuesta",
    "warning": "avisos",
    "error": "errores",
}

EVERYTHING = "Todo, con lo que se ha visto: ./main.sh validar --only all"

CHECKS: dict[str, CheckText] = {
    **system.CHECKS,
    **gpu.CHECKS,
    **toolkit.CHECKS,
    **docker.CHECKS,
    **compose.CHECKS,
    **network.CHECKS,
    **storage.CHECKS,
    **arriero.CHECKS,
    **models.CHECKS,
}
