"""The gateway and the guard as one line each, where they run or should. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from arriero.i18n import fill
from arriero.tui.view import Cell, Room, Row, Tone, fitted
from arriero.tui.words import Words

if TYPE_CHECKING:
    from arriero.gateway.results import GatewayStatus
    from arriero.stack.guard_notes import GuardStatus

_TONES = {"active": Tone.GOOD, "starting": Tone.WARN, "failed": Tone.BAD}
_STATES = {"on": "active", "starting": "starting", "failed": "failed"}


def services(gateway: GatewayStatus | None, guard: GuardStatus | None, words: Words, room: Room) -> Iterator[Row]:
    if gateway is not None:
        yield _row("gateway", _STATES[gateway.state], tuple(_gateway(gateway, words)), words, room)
    if guard is not None and (guard.running or guard.wanted):
        yield _row("guard", _guard_state(guard), (Cell(f": {_guard(guard, words)}"),), words, room)


def _gateway(gateway: GatewayStatus, words: Words) -> Iterator[Cell]:
    t = words.tui
    yield Cell(f"  {gateway.url}", Tone.COOL)
    if gateway.flying is not None:
        yield Cell(f"  {t.gateway_flying.format(count=gateway.flying)}")
    if gateway.waiting:
        yield Cell(f"  {t.gateway_waiting.format(count=gateway.waiting)}")
    if gateway.loading:
        yield Cell(f"  {t.gateway_loading.format(slot=gateway.loading)}", Tone.WARN, 1)
    yield Cell(f"  {t.gateway_keys.format(count=gateway.keys)}", Tone.DIM, 2)
    if gateway.exposure:
        yield Cell(f"  {t.gateway_exposed}", Tone.WARN, 3)


def _guard_state(guard: GuardStatus) -> str:
    return "failed" if not guard.running else "starting" if guard.yielded else "active"


def _guard(guard: GuardStatus, words: Words) -> str:
    from arriero.i18n.guard_texts import guard_texts  # late: most have none

    t, params = guard_texts(words.texts.language), vars(guard)
    template = t.running if guard.running else t.gave_up if guard.gave_up else t.missing
    if guard.running and guard.yielded is not None:
        template, params = t.yielded if guard.yielded.slots else t.yielded_idle, vars(guard.yielded)
    return fill(template, params, words.numbers).removeprefix(f"{words.tui.operations['guard']}: ")


def _row(name: str, state: str, told: tuple[Cell, ...], words: Words, room: Room) -> Row:
    head = (Cell(f"{words.sign(state)} ", _TONES[state]), Cell(words.tui.operations[name], Tone.STRONG))
    return Row(f"service-{name}", (fitted((*head, *told), room.columns),))
