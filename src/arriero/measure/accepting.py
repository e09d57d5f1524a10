"""`accept`: the specification's own figures on this machine, row by row.

Invariant: what was active before is active afterwards, whatever was found. A row that cannot be told says why; nothing
is taken as met that was not seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from arriero.config.specs import BackendKind
from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.measure import prompts
from arriero.measure.asking import find_server
from arriero.measure.availability import is_wished, judge_uptime
from arriero.measure.facts import facts_of
from arriero.measure.lifecycle import as_before
from arriero.measure.measuring import Taken, Wish, measure
from arriero.measure.requirements import REQUIREMENTS, Facts, Note, Row, Verdict, judge
from arriero.measure.serving import went_on
from arriero.measure.targets import Target, active_slots, slot_target
from arriero.measure.values import FigureName, Measurement
from arriero.measure.wire import Broken
from arriero.stack.results import ModelState, ModelStatus
from arriero.stack.world import World

CONTEXT = 2048
_AUDIT_LINES = 500
_WANTED = frozenset(requirement.figure for requirement in REQUIREMENTS)


@dataclass(frozen=True)
class Told:
    """What somebody else found out. `well` None: it cannot be told here. `detail`: in their words."""

    well: bool | None
    detail: str = ""


Probe = Callable[[], Awaitable[Told]]


@dataclass(frozen=True)
class Acceptance:
    """`measurements`: what the rows were judged by. `fault`: what ended it early, or kept from being brought back what
    was active."""

    rows: tuple[Row, ...]
    measurements: tuple[Measurement, ...]
    interrupted: bool
    fault: ArrieroError | None = None

    @property
    def not_met(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.name for row in self.rows if row.verdict is Verdict.NOT_MET))


def rehearse() -> Acceptance:
    """What would be checked: nothing is asked, stopped or measured."""
    why = Note("rehearsal", {})
    rows = [
        Row(one.name, "", Verdict.UNKNOWN, one.figure, one.above, one.limit, why=why, at_limit=one.at_limit)
        for one in REQUIREMENTS
    ]
    rest = ("RNF-02.uptime", "RNF-02.compose", "RF-02", "7.generate", "7.toolkit", "7.editor")
    return Acceptance((*rows, *(Row(name, "", Verdict.UNKNOWN, why=why) for name in rest)), (), interrupted=False)


@dataclass
class _Findings:
    """What is known so far, whatever ends the rest."""

    rows: list[Row] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    interrupted: bool = False
    fault: ArrieroError | None = None

    def told(self) -> Acceptance:
        measurements = tuple(one.measurement for one in self.taken)
        return Acceptance(tuple(self.rows), measurements, self.interrupted, self.fault)


async def accept(world: World, toolkit: Probe, editor: Probe, report: Report) -> Acceptance:
    """`toolkit` and `editor` are asked by whoever knows them. Measures every active slot, and the life cycle once.

    Whatever ends it, the rows that there are are told. Raises NothingActive.
    """
    slots = await active_slots(world)
    found = _Findings()
    try:
        async with as_before(world, report) as before:
            try:
                found.rows += await asyncio.to_thread(_uptimes, world, before)
                await _ask_all(world, slots, found, report)
                found.rows.append(await _probed("7.toolkit", toolkit))
                report(Progress("measure.editor"))
                found.rows.append(await _probed("7.editor", editor))
            except asyncio.CancelledError:
                found.interrupted = went_on()
    except ArrieroError as fault:
        found.fault = fault
    return found.told()


async def _ask_all(world: World, slots: tuple[str, ...], found: _Findings, report: Report) -> None:
    for slot in slots:
        await _slot(world, slot, found, report)
    found.rows += _others(world, slots)


def _uptimes(world: World, before: dict[str, ModelStatus]) -> list[Row]:
    """Of each slot that should be up, before anything here stops it."""
    wished = [seen for seen in before.values() if seen.state is ModelState.ACTIVE or is_wished(seen)]
    lines = world.state.transitions(limit=_AUDIT_LINES) if world.state else []
    now = world.clock.now()
    return [judge_uptime(seen, [line for line in lines if line.slot == seen.id], now) for seen in wished]


async def _slot(world: World, slot: str, found: _Findings, report: Report) -> None:
    """A slot that does not answer has rows that say so, and the rest goes on. Raises CancelledError."""
    try:
        target = await slot_target(world, slot)
    except ArrieroError as fault:
        found.rows += [_failed(name, slot, fault) for name in ("RF-02", "7.generate")]
        return
    wish = Wish(quick=True, contexts=(CONTEXT,), life_cycle=not found.taken, only=_WANTED)
    found.taken.append(await measure(world, target, wish, report))
    found.rows += await _rows(world, target, found.taken[-1])
    if found.taken[-1].interrupted:
        raise asyncio.CancelledError


async def _rows(world: World, target: Target, taken: Taken) -> list[Row]:
    facts = await facts_of(world, target, taken.measurement)
    told, slot = taken.measurement, target.environment.target
    known = {figure.name for figure in told.figures}
    rows = [judge(one, told, facts) for one in REQUIREMENTS if one.figure in known]
    if FigureName.COLD in known:
        rows.append(_composed(world, told))
    if taken.interrupted:
        return rows
    return [*rows, await _chat(target, slot), await _generate(target, slot)]


def _composed(world: World, told: Measurement) -> Row:
    """The recovery again, where it is Compose that brings the container up."""
    requirement = next(r for r in REQUIREMENTS if r.figure is FigureName.COLD)
    if world.backend.kind != BackendKind.DOCKER:
        return Row("RNF-02.compose", told.environment.target, Verdict.UNKNOWN, why=Note("no_docker", {}))
    return replace(judge(requirement, told, Facts(card=True)), name="RNF-02.compose")


async def _chat(target: Target, slot: str) -> Row:
    """OpenAI's API, as editors use it."""

    async def ask() -> None:
        server = await find_server(f"{target.server.url}/v1", target.server.model, target.server.address.key)
        await server.ask(prompts.short())

    return await _asked("RF-02", slot, ask)


async def _generate(target: Target, slot: str) -> Row:
    options = {"num_predict": 4}
    body: dict[str, object] = {"model": target.server.model, "prompt": "Hi", "stream": True, "options": options}
    return await _asked("7.generate", slot, lambda: target.server.generate(body))


async def _asked(name: str, slot: str, ask: Callable[[], Awaitable[object]]) -> Row:
    try:
        await ask()
    except (Broken, ArrieroError) as fault:
        return _failed(name, slot, fault)
    return Row(name, slot, Verdict.MET)


def _failed(name: str, slot: str, fault: Broken | ArrieroError) -> Row:
    detail = str(getattr(fault, "detail", fault))
    return Row(name, slot, Verdict.NOT_MET, remedies=(Note("logs", {"slot": slot, "detail": detail}),))


def _others(world: World, active: tuple[str, ...]) -> list[Row]:
    """Of each slot that is not active, that nobody could ask it."""
    rest = [slot.id for slot in world.configuration.slots if slot.id not in active]
    return [Row("7.generate", slot, Verdict.UNKNOWN, why=Note("inactive", {"slot": slot})) for slot in rest]


async def _probed(name: str, probe: Probe) -> Row:
    told = await probe()
    note = Note("told", {"detail": told.detail})
    if told.well is None:
        return Row(name, "", Verdict.UNKNOWN, why=note)
    return Row(name, "", Verdict.MET) if told.well else Row(name, "", Verdict.NOT_MET, remedies=(note,))
