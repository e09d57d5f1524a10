"""StackStatus as text: a line for each slot, then what is worth knowing about those that run, then what is amiss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from arriero.cli.look import Cell, Look
from arriero.cli.telling import warning_lines
from arriero.hardware.values import GpuProcess
from arriero.i18n import describe_drift, describe_error, describe_reason, describe_repair, fill
from arriero.runtime.backend import PortHolder
from arriero.stack.results import GpuStatus, ModelState, ModelStatus, StackStatus


def render_status(status: StackStatus, look: Look) -> str:
    t = look.texts
    reason = describe_reason(status.backend_reason, t)
    lines = [t.status_backend.format(backend=status.backend, reason=reason), gpu_line(status.gpu, look)]
    lines += ["", *_table(status, look)]
    parts = (_details(status, look), _drift(status, look), _guard(status, look), _others(status, look))
    for part in (*parts, _notes(status, look)):
        found = list(part)
        lines += ["", *found] if found else []
    return "\n".join(lines)


def _table(status: StackStatus, look: Look) -> list[str]:
    t = look.texts
    headings = (
        t.column_model,
        t.column_state,
        t.column_address,
        t.column_processor,
        t.column_size,
        t.column_version,
    )
    return look.table(headings, [_row(m, look) for m in status.models])


def _row(model: ModelStatus, look: Look) -> tuple[Cell, ...]:
    none = Cell(look.sign("none"), "dim")
    return (
        Cell(model.id, "bold"),
        look.state(model.state),
        Cell(model.url) if model.url else none,
        Cell(look.texts.processors[model.processor]) if model.processor else none,
        Cell(look.texts.numbers.size(model.size_bytes)) if model.size_bytes is not None else none,
        Cell(model.version) if model.version else Cell(look.texts.not_installed, "dim"),
    )


def _details(status: StackStatus, look: Look) -> Iterator[str]:
    for model in status.models:
        if model.state is not ModelState.INACTIVE:
            yield f"{look.paint(model.id, 'bold')}: {', '.join(_facts(model, status.seen_at, look))}"


def _facts(model: ModelStatus, seen_at: str, look: Look) -> Iterator[str]:
    t = look.texts
    yield model.reference
    if model.context is not None:
        yield t.detail_context.format(tokens=model.context, kv_cache=model.kv_cache)
    if model.memory_bytes is not None:
        yield t.detail_memory.format(size=t.numbers.size(model.memory_bytes))
    if model.started_at:
        running = datetime.fromisoformat(seen_at) - datetime.fromisoformat(model.started_at)
        yield t.detail_since.format(duration=t.numbers.duration(running.total_seconds()))
    if model.restarts:
        yield t.detail_restarts.format(count=model.restarts)
    if model.last_exit:
        yield t.detail_last_exit.format(last_exit=model.last_exit)


def _drift(status: StackStatus, look: Look) -> Iterator[str]:
    for model in status.models:
        for drift in model.drift:
            text = f"{look.sign('drift')} {describe_drift(drift, model.id, look.texts)}"
            yield look.paint(text, "yellow")


def _guard(status: StackStatus, look: Look) -> Iterator[str]:
    """Nothing of one that nobody asked for."""
    guard = status.guard
    if guard is not None and (guard.wanted or guard.running):
        from arriero.cli.render.guard import guard_lines  # late: most have none

        yield from guard_lines(guard, look)


def gpu_line(gpu: GpuStatus, look: Look) -> str:
    """The card's state with what mends it, or whose its memory is."""
    t = look.texts
    mark = t.gpu_simulated if gpu.simulated else ""
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(gpu).items()}
    return t.status_gpu.format(simulated=mark, text=fill(t.gpus[gpu.state], params, t.numbers))


def _others(status: StackStatus, look: Look) -> Iterator[str]:
    for other in status.others:
        if isinstance(other, PortHolder):
            yield holder_line(other, look)
    on_card = [o for o in status.others if isinstance(o, GpuProcess)]
    if on_card:
        yield look.texts.gpu_others.format(who=card_holders(on_card, look))


def card_holders(processes: Iterable[GpuProcess], look: Look) -> str:
    """Who holds memory of the card, each with its number and what it holds, as far as the driver says it."""
    none, size = look.sign("none"), look.texts.numbers.size

    def told(process: GpuProcess) -> str:
        who = ", ".join((str(process.pid), *([process.container] if process.container else [])))
        held = none if process.vram_bytes is None else size(process.vram_bytes)
        return f"{process.process or none} ({who}) {held}"

    return ", ".join(map(told, processes))


def holder_line(holder: PortHolder, look: Look) -> str:
    """Who listens on a port that is meant for a model."""
    t = look.texts
    if not holder.pid and not holder.container:
        return t.detail_unknown_holder.format(port=holder.port)
    who = holder.container or f"{holder.process} ({holder.pid})"
    return t.detail_other_holder.format(port=holder.port, who=who)


def _notes(status: StackStatus, look: Look) -> Iterator[str]:
    for note in status.notes:
        yield from warning_lines(describe_error(note, look.texts), look)
    for repair in status.repairs:
        yield from warning_lines(describe_repair(repair, look.texts), look)
