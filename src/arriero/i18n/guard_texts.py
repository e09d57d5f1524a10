"""What is told of `guard`, in both languages. Loads only where there is something to tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, eq=False, repr=False)
class GuardTexts:
    """`causes`: by DriftCode. `actions`: what was done, `planned`: what would be, by `GuardOutcome.action`."""

    off: str
    running: str
    missing: str
    gave_up: str
    programs: str
    no_programs: str
    yielded: str
    yielded_idle: str
    all_well: str
    trouble: str
    next_try: str
    no_more_tries: str
    at_login: str
    until_reboot: str
    log: str
    causes: Mapping[str, str]
    actions: Mapping[str, str]
    planned: Mapping[str, str]


ES = GuardTexts(
    off="Guardia: apagada. Para encenderla: ./main.sh guardia encender",
    running="Guardia: en marcha desde {started_at:moment} (proceso {pid})",
    missing="Guardia: se encendió y ya no está. Para recuperarla: ./main.sh guardia encender",
    gave_up="Guardia: se ha caído y ya no se rearranca sola ({last_exit}). Lo que dijo: {log}. Para rearrancarla: ./main.sh guardia encender",
    programs="Cede la tarjeta a: {programs}, y a quien pida GameMode",
    no_programs="Cede la tarjeta a quien pida GameMode (más programas: guard.programs en arriero.toml)",
    yielded="Ha cedido la tarjeta a {program} ({since:moment}); después vuelve {slots}",
    yielded_idle="Ha cedido la tarjeta a {program} ({since:moment})",
    all_well="Cada modelo está donde debe",
    trouble="{slot}: {cause} (desde {since:moment})",
    next_try="; rearranques en vano: {tries}, el próximo: {next_try_at:moment}",
    no_more_tries="; rearranques en vano: {tries}, ya no lo intenta. Para intentarlo tú: ./main.sh activar {slot}",
    at_login="Vuelve sola cada vez que inicias sesión (systemd, arriero-guard.service)",
    until_reboot="Tras reiniciar el equipo hay que encenderla otra vez",
    log="Lo que va diciendo: {log}",
    causes={
        "card_broken": "va en la CPU porque la tarjeta no se puede usar; qué le pasa: ./main.sh estado",
        "no_room": "va en la CPU porque otro programa ocupa la tarjeta; cuál: ./main.sh estado",
        "card_not_used": "va en la CPU aunque la tarjeta funciona y tiene sitio",
    },
    actions={
        "start": "Guardia encendida.",
        "restart": "Guardia rearrancada con los ajustes de ahora.",
        "stop": "Guardia apagada.",
        "nothing": "No había nada que hacer.",
    },
    planned={
        "start": "Se encendería la guardia.",
        "restart": "Se rearrancaría la guardia con los ajustes de ahora.",
        "stop": "Se apagaría la guardia.",
        "nothing": "No habría nada que hacer.",
    },
)
EN = GuardTexts(
    off="Guard: off. To start it: ./main.sh guard on",
    running="Guard: on since {started_at:moment} (process {pid})",
    missing="Guard: it was started and is not there any more. To have it back: ./main.sh guard on",
    gave_up="Guard: it crashed and is not restarted any more ({last_exit}). What it said: {log}. To start it again: ./main.sh guard on",
    programs="Gives the card to: {programs}, and to whoever asks for GameMode",
    no_programs="Gives the card to whoever asks for GameMode (further programs: guard.programs in arriero.toml)",
    yielded="Has given the card to {program} ({since:moment}); afterwards {slots} comes back",
    yielded_idle="Has given the card to {program} ({since:moment})",
    all_well="Every model is where it should be",
    trouble="{slot}: {cause} (since {since:moment})",
    next_try="; restarts in vain: {tries}, the next one: {next_try_at:moment}",
    no_more_tries="; restarts in vain: {tries}, it tries no more. To try it yourself: ./main.sh activate {slot}",
    at_login="Comes back by itself at every login (systemd, arriero-guard.service)",
    until_reboot="After a reboot it has to be started again",
    log="What it says: {log}",
    causes={
        "card_broken": "on the CPU because the card cannot be used; what is wrong with it: ./main.sh status",
        "no_room": "on the CPU because another program has the card; which one: ./main.sh status",
        "card_not_used": "on the CPU although the card works and has room",
    },
    actions={
        "start": "Guard started.",
        "restart": "Guard started again with today's settings.",
        "stop": "Guard ended.",
        "nothing": "There was nothing to do.",
    },
    planned={
        "start": "The guard would be started.",
        "restart": "The guard would be started again with today's settings.",
        "stop": "The guard would be ended.",
        "nothing": "There would be nothing to do.",
    },
)


def guard_texts(language: str) -> GuardTexts:
    return {"es": ES, "en": EN}[language]
