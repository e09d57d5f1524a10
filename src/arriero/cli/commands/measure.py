"""`bench`: figures of active slots and of servers by address, as a table, as Markdown, as a report."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arriero.cli.call import Call, Reply
from arriero.cli.errors import Interrupted, OptionsClash
from arriero.cli.render.measure import loss_text, markdown, render_comparison, render_measurements
from arriero.cli.telling import warning_lines
from arriero.core.errors import ArrieroError
from arriero.core.files import write_atomic
from arriero.i18n.measure_texts import measure_texts_of
from arriero.measure.comparing import Comparison, Loss, compare, previous_of
from arriero.measure.errors import NothingMeasured
from arriero.measure.history import recall
from arriero.measure.values import Measurement
from arriero.stack.errors import FileRefused

if TYPE_CHECKING:
    from arriero.measure.measuring import Taken
    from arriero.stack.world import World


@dataclass(frozen=True)
class BenchReport:
    """`comparisons`: each with the last one before of the same target. `losses`: since an update. `report`: a file."""

    measurements: tuple[Measurement, ...]
    comparisons: tuple[Comparison, ...]
    losses: tuple[Loss, ...]
    report: str | None


def bench(call: Call) -> Reply:
    if call.args.compare:
        return _compare(call)
    if call.args.model and not call.args.url:
        raise OptionsClash(call.args.verb, "--model", "SLOT")
    if call.args.dry_run and call.args.lifecycle:  # all else stops nothing
        raise OptionsClash(call.args.verb, "--dry-run", "--lifecycle")
    world = call.world()
    taken = asyncio.run(_measure(call, world))
    measurements = tuple(one.measurement for one in taken)
    comparisons = tuple(_with_before(world, one) for one in measurements)
    failures = [fault for one in taken for fault in one.failures]
    written = _report(call, world, measurements, failures) if call.args.report else None
    losses = tuple(one.loss for one in taken if one.loss)
    told = BenchReport(measurements, tuple(c for c in comparisons if c), losses, written)
    interrupted = any(one.interrupted for one in taken)
    if interrupted:
        failures.insert(0, Interrupted(call.args.verb, changes=False))
    return Reply(told, _text(call, told, interrupted=interrupted), tuple(failures), nothing_done=interrupted)


async def _measure(call: Call, world: World) -> list[Taken]:
    """All are found and loaded first, so that what cannot be measured is told at once; then one after the other. An
    interruption ends the row.
    """
    from arriero.measure.measuring import Wish, measure
    from arriero.measure.targets import active_slots, slot_target, url_target

    args = call.args
    slots = args.slots or (() if args.url else await active_slots(world))
    wish = Wish(args.quick, args.context, args.lifecycle)
    targets = [await slot_target(world, slot) for slot in slots]
    targets += [await url_target(world, args.url, args.model)] if args.url else []
    taken: list[Taken] = []
    for target in targets:
        taken.append(await measure(world, target, wish, call.narrate))
        if taken[-1].interrupted:
            break
    return taken


def _with_before(world: World, now: Measurement) -> Comparison | None:
    try:
        before = previous_of(recall(world, now.environment.target), now)
    except ArrieroError:  # that it could not be remembered is told already
        return None
    return compare(before, now) if before else None


def _report(
    call: Call, world: World, measurements: tuple[Measurement, ...], failures: list[ArrieroError]
) -> str | None:
    """Its path; None where it could not be written, which is added to `failures`: the figures are told all the same."""
    from arriero.cli.render.measure_report import render_report

    path = Path(call.args.report)
    try:
        page = render_report(measurements, recall(world), call.look)
        write_atomic(path, page.encode())
    except OSError as fault:
        failures.append(FileRefused(path, fault.strerror or str(fault)))
        return None
    return str(path)


def _text(call: Call, told: BenchReport, *, interrupted: bool) -> str:
    look = call.look
    if call.args.markdown:
        return markdown(told.measurements, look)
    parts = [render_measurements(told.measurements, look)]
    changed = [c for c in told.comparisons if any(change.beyond_noise for change in c.changes)]
    parts += [render_comparison(comparison, look, same_target=True) for comparison in changed]
    parts += ["\n".join(warning_lines(loss_text(loss, look), look)) for loss in told.losses]
    m = measure_texts_of(call.texts.language)
    parts += [m.report_written.format(file=told.report)] if told.report else []
    parts += [m.interrupted] if interrupted else []
    return "\n\n".join(parts)


def _compare(call: Call) -> Reply:
    """Of each slot the last two measurements; of two slots, the last of each."""
    world, slots = call.world(), call.args.slots
    for slot in slots:
        world.slot(slot)
    if len(slots) == 2:
        first, second = (_last(world, slot) for slot in slots)
        comparison = compare(first, second)
        return Reply((comparison,), render_comparison(comparison, call.look, same_target=False))
    targets = slots or list(dict.fromkeys(m.environment.target for m in recall(world)))
    found = [c for c in (_with_before(world, _last(world, target)) for target in targets) if c]
    if not found:
        raise NothingMeasured(", ".join(targets) or "demo")
    return Reply(tuple(found), "\n\n".join(render_comparison(c, call.look, same_target=True) for c in found))


def _last(world: World, target: str) -> Measurement:
    """Raises NothingMeasured."""
    history = recall(world, target, limit=1)
    if not history:
        raise NothingMeasured(target)
    return history[0]
