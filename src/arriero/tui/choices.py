"""What an operation may be about now, as rows to pick from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arriero.stack.results import ModelState, ModelStatus, StackStatus, VariantStatus
from arriero.tui.doing import OFF, ON, Picked
from arriero.tui.operations import Ask, Operation, Pick
from arriero.tui.presenting import STATE_TONES
from arriero.tui.view import Cell, Line, Tone, line
from arriero.tui.words import Words

if TYPE_CHECKING:
    from arriero.tui.validation import Validation

_Wanted = Callable[[ModelStatus, VariantStatus], bool]


@dataclass(frozen=True)
class Choice:
    picked: Picked
    line: Line

    @property
    def text(self) -> str:
        return "".join(cell.text for cell in self.line)


def choices_of(
    operation: Operation, status: StackStatus, words: Words, seen: Validation | None = None
) -> tuple[Choice, ...]:
    """In the catalogue's order; empty where the operation has nothing to be about now. `seen`: the last validation."""
    t = words.tui
    match operation.pick:
        case Pick.VARIANT | Pick.MISSING | Pick.INSTALLED | Pick.REVERTIBLE:
            return tuple(_variants(status, _WANTED[operation.pick], words))
        case Pick.RUNNING | Pick.ACTIVE | Pick.ANY_SLOT:
            return tuple(_slots(status, operation.pick, words))
        case Pick.UPDATE:
            return tuple(_updatable(status, words))
        case Pick.VERIFY | Pick.PRUNE | Pick.SWITCH:
            return _fixed(operation.pick, words)
        case Pick.MENDABLE:
            return tuple(_mendable(seen, words)) if seen else ()
        case Pick.NOTHING:
            return (Choice(Picked(), line(t.operations[operation.name])),)


_WANTED: dict[Pick, _Wanted] = {
    Pick.VARIANT: lambda _model, _variant: True,
    Pick.MISSING: lambda _model, variant: not variant.installed,
    Pick.INSTALLED: lambda _model, variant: variant.installed,
    Pick.REVERTIBLE: lambda _model, variant: variant.previous is not None,
}


def _variants(status: StackStatus, wanted: _Wanted, words: Words) -> Iterator[Choice]:
    for model in status.models:
        for variant in model.variants:
            if wanted(model, variant):
                yield Choice(Picked(model.id, variant.name), _variant(model, variant, words))


def _variant(model: ModelStatus, variant: VariantStatus, words: Words) -> Line:
    t = words.tui
    size = variant.size_bytes if variant.size_bytes is not None else variant.published_bytes
    stored = t.option_installed if variant.installed else t.option_download
    serves = variant.name == model.variant
    sign = words.sign(model.state if serves else "inactive")
    return line(
        Cell(f"{sign} ", STATE_TONES[model.state if serves else ModelState.INACTIVE]),
        f"{model.id} {variant.name}".ljust(18),
        stored.format(size=words.size(size)).ljust(24),
        Cell(variant.reference, Tone.DIM),
    )


def _slots(status: StackStatus, pick: Pick, words: Words) -> Iterator[Choice]:
    for model in status.models:
        unasked = any(drift.code == "unasked" for drift in model.drift)
        running = model.state is not ModelState.INACTIVE or unasked
        if pick is Pick.ANY_SLOT or (model.state is ModelState.ACTIVE if pick is Pick.ACTIVE else running):
            yield Choice(Picked(model.id), _slot(model, words))


def _slot(model: ModelStatus, words: Words) -> Line:
    sign = Cell(f"{words.sign(model.state)} ", STATE_TONES[model.state])
    return line(sign, model.id.ljust(10), f"{model.title}  ", Cell(model.reference, Tone.DIM))


def _updatable(status: StackStatus, words: Words) -> Iterator[Choice]:
    installed = [m for m in status.models if any(v.installed for v in m.variants)]
    if len(installed) > 1:
        yield Choice(Picked(), line(words.tui.option_all_installed))
    for model in installed:
        yield Choice(Picked(model.id), _slot(model, words))


def _mendable(seen: Validation, words: Words) -> Iterator[Choice]:
    from arriero.i18n.check_texts import tell_check  # late: the first screen does without

    found = [tell_check(one, words.texts) for one in seen.checked if one.check.code in seen.mendable]
    if len(found) > 1:
        yield Choice(Picked(name="all"), line(words.tui.option_mend_all))
    for told in found:
        yield Choice(Picked(name=told.code), line(Cell(f"{told.title}: ", Tone.STRONG), told.seen))


def ask_text(ask: Ask, words: Words) -> str:
    return {Ask.FILE: words.tui.ask_file, Ask.NAME: words.tui.ask_name}[ask]


def command_of(operation: Operation, picked: Picked) -> tuple[str, ...]:
    return (*operation.command, *([picked.name] if picked.name else []))


def typed(picked: Picked, ask: Ask, answer: str) -> Picked:
    return replace(picked, file=answer) if ask is Ask.FILE else replace(picked, name=answer or None)


def _fixed(pick: Pick, words: Words) -> tuple[Choice, ...]:
    """What may be picked whatever is there."""
    t = words.tui
    told: dict[Pick, tuple[tuple[Picked, str], ...]] = {
        Pick.VERIFY: ((Picked(), t.option_verify), (Picked(thorough=True), t.option_repair)),
        Pick.PRUNE: ((Picked(), t.option_prune), (Picked(thorough=True), t.option_prune_previous)),
        Pick.SWITCH: ((Picked(), t.option_look), (Picked(name=ON), t.option_on), (Picked(name=OFF), t.option_off)),
    }
    return tuple(Choice(picked, line(text)) for picked, text in told[pick])
