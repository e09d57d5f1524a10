"""`accept`: the specification's own figures on this machine, row by row.

Invariant: what was active before is active afterwards, whatever was found. A row that cannot be told says why; nothing
is taken as met that was not seen.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from arriero.config.specs import BackendKind
from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.core.progress import Progress, Report
from arriero.measure import prompts
from arriero.measure.asking import find_server
from arriero.measure.lifecycle import as_before
from arriero.measure.measuring import Taken, Wish, measure
from arriero.measure.requirements import REQUIREMENTS, Facts, Note, Row, Verdict, judge
from arriero.measure.targets import Target, active_slots, slot_target
from arriero.measure.values import FigureName, Measurement
from arriero.measure.wire import Broken
from arriero.stack.plan import PlanOptions, plan
from arriero.stack.world import World

_SIZES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
CONTEXT = 2048
_WANTED = frozenset(requirement.figure for requirement in REQUIREMENTS)


@dataclass(frozen=True)
class Told:
    """What somebody else found out. `well` None: it cannot be told here. `detail`: in their words."""

    well: bool | None
    detail: str = ""


Probe = Callable[[], Awaitable[Told]]


@dataclass(frozen=True)
class Acceptance:
    """`measurements`: what the rows were judged by."""

    rows: tuple[Row, ...]
    measurements: tuple[Measurement, ...]
    interrupted: bool

    @property
    def not_met(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.name for row in self.rows if row.verdict is Verdict.NOT_MET))


async def accept(world: World, toolkit: Probe, editor: Probe, report: Report) -> Acceptance:
    """`toolkit` and `editor` are asked by whoever knows them. Measures every active slot, and the life cycle once.

    Raises NothingActive, and what bringing back what was active raises.
    """
    slots = await active_slots(world)
    rows: list[Row] = []
    taken: list[Taken] = []
    async with as_before(world, report):
        for slot in slots:
            target = await slot_target(world, slot)
            wish = Wish(quick=True, contexts=(CONTEXT,), life_cycle=not taken, only=_WANTED)
            one = await measure(world, target, wish, report)
            taken.append(one)
            if one.interrupted:
                break
            rows += await _rows(world, target, one)
        else:
            rows += [*await _others(world, slots), await _probed("7.toolkit", toolkit)]
            report(Progress("measure.editor"))
            rows.append(await _probed("7.editor", editor))
    return Acceptance(tuple(rows), tuple(one.measurement for one in taken), any(one.interrupted for one in taken))


async def _rows(world: World, target: Target, taken: Taken) -> list[Row]:
    facts = await _facts(world, target, taken.measurement)
    told, slot = taken.measurement, target.environment.target
    known = {figure.name for figure in told.figures}
    rows = [judge(one, told, facts) for one in REQUIREMENTS if one.figure in known]
    if FigureName.COLD in known:
        rows.append(_composed(world, told))
    return [*rows, await _chat(target, slot), await _generate(target, slot)]


def _composed(world: World, told: Measurement) -> Row:
    """The recovery again, where it is Compose that brings the container up."""
    requirement = next(r for r in REQUIREMENTS if r.figure is FigureName.COLD)
    if world.backend.kind != BackendKind.DOCKER:
        return Row("RNF-02.compose", told.environment.target, Verdict.UNKNOWN, why=Note("no_docker", {}))
    row = judge(requirement, told, Facts(card=True))
    return Row("RNF-02.compose", row.slot, row.verdict, row.figure, row.above, row.limit, row.value, row.why)


async def _chat(target: Target, slot: str) -> Row:
    """OpenAI's API, as editors use it."""
    server = await find_server(f"{target.server.url}/v1", target.server.model, target.server.address.key)
    return await _asked("RF-02", slot, lambda: server.ask(prompts.short()))


async def _generate(target: Target, slot: str) -> Row:
    body: dict[str, object] = {"model": target.server.model, "prompt": "Hi", "stream": True}
    body["options"] = {"num_predict": 4}
    return await _asked("7.generate", slot, lambda: target.server.generate(body))


async def _asked(name: str, slot: str, ask: Callable[[], Awaitable[object]]) -> Row:
    try:
        await ask()
    except Broken as fault:
        return Row(name, slot, Verdict.NOT_MET, remedies=(Note("logs", {"slot": slot, "detail": fault.detail}),))
    return Row(name, slot, Verdict.MET)


async def _others(world: World, active: tuple[str, ...]) -> list[Row]:
    """Of each slot that is not active, that nobody could ask it."""
    rest = [slot.id for slot in world.configuration.slots if slot.id not in active]
    return [Row("7.generate", slot, Verdict.UNKNOWN, why=Note("inactive", {"slot": slot})) for slot in rest]


async def _probed(name: str, probe: Probe) -> Row:
    told = await probe()
    if told.well is None:
        return Row(name, "", Verdict.UNKNOWN, why=Note("told", {"detail": told.detail}))
    if told.well:
        return Row(name, "", Verdict.MET)
    return Row(name, "", Verdict.NOT_MET, remedies=(Note("told", {"detail": told.detail}),))


async def _facts(world: World, target: Target, taken: Measurement) -> Facts:
    """What the plan for this slot on this card says; nothing where it cannot be planned."""
    slot = world.slot(target.environment.target)
    model = await asyncio.to_thread(world.store.find, Reference.parse(taken.environment.model))
    variants = tuple(v.name for v in slot.variants if str(v.reference) != taken.environment.model)
    parameters = parameters_of(model.config.parameter_size) if model else None
    card = taken.environment.card is not None
    try:
        fit = await plan(world, slot.id, PlanOptions())
    except ArrieroError:
        return Facts(parameters, card, other_variants=variants)
    contexts = tuple((kv, n) for kv, n in fit.largest_context.items() if n and n < fit.context)
    settings = tuple((c.key, c.chosen) for c in fit.settings if c.key and c.chosen != c.now)
    return Facts(parameters, card, contexts, settings, variants)


def parameters_of(text: str) -> float | None:
    """Of Ollama's spelling: 134.52M, 7.6B."""
    found = re.fullmatch(r"([\d.]+)([KMBT])", text)
    return float(found[1]) * _SIZES[found[2]] if found else None
