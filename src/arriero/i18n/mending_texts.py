"""What is told while something is mended, installed or taken back, in both languages. Loads with those commands alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arriero.i18n.texts import Texts


@dataclass(frozen=True, eq=False, repr=False)
class MendingTexts:
    """`endings`: by Ending, and `planned`: the same beforehand. `afterwards`: by Afterwards, what the user has to do."""

    endings: Mapping[str, str]
    afterwards: Mapping[str, str]
    summary: Mapping[str, str]
    runs: str
    runs_as_root: str
    previews: str
    writes: str
    writes_as_root: str
    removes: str
    undo: str
    puts_back: str
    no_undo: str
    copy: str
    log: str
    unrecorded: str
    again: str
    yes_or_no: str
    nothing_to_mend: str
    hints_left: str
    dry_run: str
    unchanged: str
    installed: str
    stopped: str
    as_member: str
    other_terminals: str
    nothing_of_ours: str
    take_back: str
    taken_back: str
    models_stay: str


ES = MendingTexts(
    endings={
        "not_needed": "no hace falta",
        "no_fix": "Arriero no sabe arreglarlo",
        "cannot": "no se puede hacer aquí",
        "planned": "se haría",
        "declined": "no se ha hecho, como pediste",
        "fixed": "hecho y comprobado",
        "waits": "hecho; falta un paso tuyo",
        "failed": "no se ha podido",
    },
    afterwards={
        "nothing": "",
        "login": "Cuenta desde tu próxima sesión: ciérrala después y vuelve a entrar.",
        "reboot": "Cuenta desde el próximo arranque: reinicia después el equipo y repite la orden, que sigue donde estaba.",
    },
    summary={
        "not_needed": "no hacía falta: {count}",
        "no_fix": "sin arreglo conocido: {count}",
        "cannot": "no se puede aquí: {count}",
        "planned": "se haría: {count}",
        "declined": "sin hacer: {count}",
        "fixed": "hecho: {count}",
        "waits": "esperan un paso tuyo: {count}",
        "failed": "fallidos: {count}",
    },
    runs="ejecuta:",
    runs_as_root="ejecuta, como root:",
    previews="que ejecutaría:",
    writes="escribe {path}:",
    writes_as_root="escribe, como root, {path}:",
    removes="quita {path}:",
    undo="para deshacerlo:",
    puts_back="vuelve a dejar {path} como está ahora",
    no_undo="no hay forma de deshacerlo",
    copy="lo que había está en {path}",
    log="todo lo que dijeron los programas: {path}",
    unrecorded="no se ha podido apuntar: {why}",
    again="Responde s (sí) o n (no).",
    yes_or_no="¿Lo hago? [s/n] ",
    nothing_to_mend="No hay errores ni avisos que Arriero pueda arreglar.",
    hints_left="Los consejos que también sabe poner por obra: ./main.sh validar --fix all",
    dry_run="Era un ensayo: no se ha cambiado nada.",
    unchanged="Todo estaba ya en su sitio: no se ha cambiado nada.",
    installed="Instalado. Cómo está todo: ./main.sh estado",
    stopped="La instalación se ha quedado ahí. Cuando esté resuelto, repite: {command}",
    as_member="El grupo docker vale desde la próxima sesión; esta orden sigue ya con él (sg docker).",
    other_terminals="Para usar Docker y Arriero en esta y otras terminales, cierra la sesión y vuelve a entrar.",
    nothing_of_ours="Arriero no ha añadido nada a este equipo que siga ahí.",
    take_back="añadido el {at:moment}; lo deshace:",
    taken_back="deshecho",
    models_stay="Los modelos se quedan en {path}. Para borrarlos también: ./main.sh desinstalar --models",
)

EN = MendingTexts(
    endings={
        "not_needed": "not needed",
        "no_fix": "nothing that Arriero knows mends it",
        "cannot": "cannot be done here",
        "planned": "would be done",
        "declined": "not done, as you said",
        "fixed": "done and checked",
        "waits": "done; a step of yours is missing",
        "failed": "failed",
    },
    afterwards={
        "nothing": "",
        "login": "It counts from your next login on: log out and in again afterwards.",
        "reboot": "It counts from the next start on: restart the machine afterwards and repeat the command, which goes on where it was.",
    },
    summary={
        "not_needed": "not needed: {count}",
        "no_fix": "no fix known: {count}",
        "cannot": "not possible here: {count}",
        "planned": "would be done: {count}",
        "declined": "not done: {count}",
        "fixed": "done: {count}",
        "waits": "waiting for you: {count}",
        "failed": "failed: {count}",
    },
    runs="runs:",
    runs_as_root="runs, as root:",
    previews="which would run:",
    writes="writes {path}:",
    writes_as_root="writes, as root, {path}:",
    removes="removes {path}:",
    undo="to take it back:",
    puts_back="puts {path} back as it is now",
    no_undo="it cannot be taken back",
    copy="what was there is in {path}",
    log="all that the programs said: {path}",
    unrecorded="it could not be written down: {why}",
    again="Answer y (yes) or n (no).",
    yes_or_no="Go ahead? [y/n] ",
    nothing_to_mend="There are no errors or warnings that Arriero can mend.",
    hints_left="The hints that it can follow, too: ./main.sh validate --fix all",
    dry_run="This was a rehearsal: nothing was changed.",
    unchanged="Everything was in its place: nothing was changed.",
    installed="Installed. How everything is: ./main.sh status",
    stopped="The installation stopped there. Once that is settled, repeat: {command}",
    as_member="The group docker counts from the next login on; this command goes on with it already (sg docker).",
    other_terminals="To use Docker and Arriero in this and other terminals, log out and in again.",
    nothing_of_ours="Arriero added nothing to this machine that is still there.",
    take_back="added on {at:moment}; this takes it back:",
    taken_back="taken back",
    models_stay="The models stay in {path}. To delete them too: ./main.sh uninstall --models",
)


def mending_texts(texts: Texts) -> MendingTexts:
    return {"es": ES, "en": EN}[texts.language]
