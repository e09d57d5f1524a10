"""The texts of every check, by its code. One module for each subject."""

from arriero.i18n.check_texts import CheckText
from arriero.i18n.checks_en import arriero, compose, docker, gpu, models, network, storage, system, toolkit

ANY_CHECK = {
    "timed_out": "[[{what} ]]did not answer within {limit_s:g} s",
    "unreadable": "could not be looked at: {detail}",
    "defect": "the check itself failed: {detail}",
}

SUBJECTS = {
    "system": "System",
    "gpu": "Graphics card",
    "toolkit": "GPU in containers",
    "docker": "Docker",
    "compose": "Docker Compose",
    "network": "Network",
    "storage": "Disks",
    "arriero": "Arriero",
    "models": "Models",
}

GRADES = {
    "good": "well",
    "skipped": "do not apply",
    "hint": "hints",
    "unknown": "not answered",
    "warning": "warnings",
    "error": "errors",
}

EVERYTHING = "Everything, with what was seen: ./main.sh validate --only all"

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
