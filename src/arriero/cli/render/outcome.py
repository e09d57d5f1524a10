"""What a mutating command did, or with --dry-run would do."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.cli.look import Look
from arriero.cli.render.status import card_holders
from arriero.i18n import describe_reason
from arriero.planner import Plan
from arriero.runtime.backend import StopReport
from arriero.stack.results import CardRelease, ModelState, ModelStatus, Outcome


def render_outcome(outcome: Outcome, look: Look) -> str:
    t = look.texts
    if outcome.dry_run:
        return "\n".join(_plan(outcome.plan, look))
    lines = [t.done_nothing] if outcome.plan.empty and not outcome.stopped else []
    lines += [_model(m, look) for m in outcome.models]
    for report in outcome.stopped:
        lines += _stopped(report, look)
    if outcome.card:
        lines += _card(outcome.card, look)
    if not outcome.plan.empty and not outcome.failures:
        lines.append(t.done_took.format(took=t.numbers.duration(outcome.took_s)))
    return "\n".join(lines)


def _plan(plan: Plan, look: Look) -> Iterator[str]:
    """The actions in order, each with its reason."""
    t = look.texts
    yield t.plan_nothing if plan.empty else t.plan_title
    for number, action in enumerate(plan.actions, 1):
        yield t.plan_line.format(
            number=number,
            action=t.actions[action.kind],
            slot=action.slot,
            reference=action.reference,
            reason=describe_reason(action.reason, t),
        )


def _model(model: ModelStatus, look: Look) -> str:
    state = look.state(model.state)
    shown = f"{look.paint(state.text, state.colour)}  {look.paint(model.id, 'bold')}"
    if model.state is ModelState.ACTIVE:
        return f"{shown}  {look.texts.done_active.format(reference=model.reference, url=model.url)}"
    return shown


def _card(release: CardRelease, look: Look) -> Iterator[str]:
    """What the driver shows as free, and who holds the rest: they are named, and left alone."""
    t = look.texts
    mark = t.gpu_simulated if release.simulated else ""
    free, took = t.numbers.size(release.free_bytes), t.numbers.duration(release.took_s)
    yield t.done_card.format(simulated=mark, free=free, took=took)
    if release.others:
        yield t.gpu_others.format(who=card_holders(release.others, look))


def _stopped(report: StopReport, look: Look) -> Iterator[str]:
    """What a stop gave back. A port that is still taken and processes that are left are told, never passed over."""
    t = look.texts
    if report.was_running:
        freed = t.numbers.size(report.memory_freed_bytes)
        took = t.numbers.duration(report.took_s)
        yield t.done_stopped.format(slot=report.slot, freed=freed, took=took)
    if report.leftovers or not report.port_free:
        pids = ", ".join(str(pid) for pid in report.leftovers) or look.sign("none")
        yield look.paint(t.done_leftovers.format(slot=report.slot, pids=pids), "yellow")
