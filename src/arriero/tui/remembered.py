"""What the last look left in the database: shown until the first look of this session corrects it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arriero.config.specs import SlotSpec
from arriero.stack.results import ModelState
from arriero.tui.view import Cell, Room, Row, Tone, fitted, line
from arriero.tui.words import Words

if TYPE_CHECKING:
    from arriero.stack.world import World


@dataclass(frozen=True)
class Remembered:
    """`states` by slot, as it was seen last; a slot that was never looked at is not in it."""

    slots: tuple[SlotSpec, ...] = ()
    states: Mapping[str, ModelState] = field(default_factory=dict)

    def rows(self, words: Words, room: Room) -> tuple[Row, ...]:
        lines = room.lines_for(len(self.slots))
        return tuple(_row(slot, self.states.get(slot.id), words, room, lines) for slot in self.slots)


def recall(world: World) -> Remembered:
    """Blocking. Raises what the database raises."""
    seen = world.state.last_observed() if world.state else {}
    states = {slot: ModelState(observed.state) for slot, observed in seen.items()}
    return Remembered(world.configuration.slots, states)


def _row(slot: SlotSpec, state: ModelState | None, words: Words, room: Room, lines: int) -> Row:
    sign = words.sign(state) if state else words.sign("none")
    told = words.texts.states[state] if state else words.tui.looking
    first = line(
        Cell(f"{sign} ", Tone.DIM),
        Cell(slot.id.ljust(9), Tone.STRONG),
        *named(slot.title, slot.purpose, words),
    )
    more = (line(""),) * max(0, lines - 3)  # what will stand there once it has been looked at
    return Row(slot.id, (fitted(first, room.model_columns), line(Cell(f"  {told}", Tone.DIM)), *more))


def named(title: str, purposes: Mapping[str, str], words: Words) -> tuple[Cell, ...]:
    """What it is, and where there is room what it is for; a slot of the user's own may have no purpose."""
    purpose = purposes.get(words.texts.language)
    return (Cell(title), Cell(f"  {purpose}", Tone.DIM, 1)) if purpose else (Cell(title),)
