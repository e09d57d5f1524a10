"""From what is known to what the main screen shows. Pure: no IO, no clock, no Textual."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING

from arriero.core.errors import ArrieroError
from arriero.hardware.usage import UsageSnapshot
from arriero.hardware.values import GpuProcess, GpuSnapshot
from arriero.i18n import describe_drift, describe_error, describe_repair
from arriero.runtime.backend import PortHolder
from arriero.stack.results import ChatStats, ModelState, ModelStatus, Processor, StackStatus
from arriero.tui.jobs import JobSnapshot
from arriero.tui.presenting_header import card_trouble, header
from arriero.tui.presenting_jobs import job_row
from arriero.tui.presenting_services import services
from arriero.tui.remembered import Remembered, named
from arriero.tui.view import Cell, Line, MainView, Room, Row, Tone, fitted, line
from arriero.tui.words import Words

if TYPE_CHECKING:
    from arriero.gateway.results import GatewayStatus
    from arriero.stack.version_results import VersionCheck
    from arriero.tui.validation import Validation

UNBOUNDED = Room()
STATE_TONES = {
    ModelState.ACTIVE: Tone.GOOD,
    ModelState.STARTING: Tone.WARN,
    ModelState.INACTIVE: Tone.DIM,
    ModelState.FAILED: Tone.BAD,
}


@dataclass(frozen=True)
class Known:
    """Everything that the app knows at one moment. `status` None: nothing has been seen yet, only remembered.

    `card` may be younger than the status. `checks` by reference, `answers` by slot: the last of each. `trouble`: what
    keeps from looking now.
    """

    remembered: Remembered
    status: StackStatus | None = None
    jobs: tuple[JobSnapshot, ...] = ()
    checks: Mapping[str, VersionCheck] | None = None
    answers: Mapping[str, ChatStats] | None = None
    usage: UsageSnapshot | None = None
    card: GpuSnapshot | None = None
    trouble: ArrieroError | None = None
    validation: Validation | None = None
    gateway: GatewayStatus | None = None


def present_main(known: Known, words: Words, room: Room = UNBOUNDED) -> MainView:
    models = known.status.models if known.status else ()
    lines = room.lines_for(len(models or known.remembered.slots))
    rows = tuple(_row(m, known, words, room, lines) for m in models) or known.remembered.rows(words, room)
    return MainView(
        header=header(known.status, known.card, known.usage, words, room),
        models=tuple(_spaced(rows)) if lines > 2 else rows,
        details={m.id: tuple(_details(m, known, words, room)) for m in models},
        urls={m.id: m.url for m in models if m.url},
        activity=tuple(_activity(known, words, room)),
    )


def _spaced(rows: tuple[Row, ...]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number:
            yield Row(f"before-{row.key}", (line(""),), heading=True)
        yield row


def _row(model: ModelStatus, known: Known, words: Words, room: Room, lines: int) -> Row:
    """What it is; how it is and where; with four lines also which files."""
    first = line(
        Cell(f"{words.sign(model.state)} ", STATE_TONES[model.state]),
        Cell(model.id.ljust(9), Tone.STRONG),
        *named(model.title, model.purpose, words),
    )
    shown = [first, line("  ", *_state_facts(model, known, words))]
    if lines > 3:
        shown.append(line("  ", *_files(model, words)))
    return Row(model.id, tuple(fitted(cells, room.model_columns) for cells in shown))


def _state_facts(model: ModelStatus, known: Known, words: Words) -> Iterator[Cell]:
    """In the order in which they are read; what the sign or the details tell too goes first where room is short."""
    t = words.tui
    state = Cell(f"{words.texts.states[model.state]}  ", STATE_TONES[model.state], 5 if model.url else 0)
    yield state
    if model.url:
        yield Cell(model.url, Tone.COOL)
    if model.processor:
        yield Cell("  ")
        yield processor(model.processor, words)
    if model.url and model.context:
        yield Cell(f"  {t.model_context.format(tokens=model.context)}", Tone.DIM, 6)
    answer = (known.answers or {}).get(model.id)
    if answer and answer.tokens_per_s:
        yield Cell(f"  {t.answer_speed.format(speed=words.numbers.decimal(answer.tokens_per_s))}", rank=3)
    if model.state is ModelState.INACTIVE:
        yield Cell(_stored(model, words), Tone.DIM)
    if _outdated(model, known):
        yield Cell(f"  {words.sign('update')}", Tone.WARN)
        yield Cell(f" {t.model_update}", Tone.WARN, 4)
    if model.drift:
        yield Cell(f"  {words.sign('drift')}", Tone.WARN)


def _files(model: ModelStatus, words: Words) -> Iterator[Cell]:
    dot = f" {words.sign('dot')} "
    variant = next((v for v in model.variants if v.name == model.variant), None)
    size = model.size_bytes if model.version else variant.published_bytes if variant else None
    parts = [model.reference, model.variant]
    parts += [model.version, day(model.installed_at)] if model.version else []
    parts += [words.size(size)] if size is not None else []
    yield from (Cell(f"{dot if rank else ''}{part}", Tone.DIM, rank) for rank, part in enumerate(parts))


def processor(kind: Processor, words: Words) -> Cell:
    """Only the GPU alone is as it should be."""
    return Cell(words.texts.processors[kind], Tone.GOOD if kind is Processor.GPU else Tone.WARN)


def _stored(model: ModelStatus, words: Words) -> str:
    if model.version is None:
        return words.texts.not_installed
    return f"{model.version} {words.sign('dot')} {day(model.installed_at)}"


def day(moment: str | None) -> str:
    return (moment or "").partition("T")[0]


def _outdated(model: ModelStatus, known: Known) -> VersionCheck | None:
    check = (known.checks or {}).get(model.reference)
    if check is None:
        return None
    from arriero.stack.version_results import Freshness  # late: the first screen does without

    fresh = check.freshness is not Freshness.OUTDATED or check.installed != model.version
    return None if fresh else check


def _details(model: ModelStatus, known: Known, words: Words, room: Room) -> Iterator[Line]:
    """Its address comes last: it is in the model's row too."""
    t = words.tui
    facts = {
        t.label_model: f"{model.reference} {words.sign('dot')} {model.variant}",
        t.label_version: _version(model, known, words),
        t.label_runs: ", ".join(_running(model, known, words)),
        t.label_answer: _answer(model, known, words),
        t.label_address: model.url or f"{words.sign('none')} ({model.port})",
    }
    width = max(map(len, facts)) + 2
    for label, text in facts.items():
        first, *rest = _wrapped(text, max(20, room.model_columns - width + 1))
        yield line(Cell(label.ljust(width), Tone.DIM), first)
        yield from (line(" " * width, further) for further in rest)


def _wrapped(text: str, columns: int) -> list[str]:
    """A number stays with its unit."""
    kept = re.sub(r"(?<=\d) (?=\w)", "\u00a0", text)
    return [each.replace("\u00a0", " ") for each in wrap(kept, columns, break_on_hyphens=False)] or [text]


def _version(model: ModelStatus, known: Known, words: Words) -> str:
    t = words.tui
    variant = next((v for v in model.variants if v.name == model.variant), None)
    if model.version is None:
        size = variant.published_bytes if variant else None
        return f"{words.texts.not_installed} ({t.model_download.format(size=words.size(size))})"
    parts = [model.version, words.size(model.size_bytes), t.installed_at.format(day=day(model.installed_at))]
    if variant and variant.previous:
        parts.append(t.model_previous.format(version=variant.previous))
    if check := _outdated(model, known):
        told = t.model_update_to.format(version=check.available, size=words.size(check.download_bytes))
        parts.append(f"{words.sign('update')} {told}")
    return f" {words.sign('dot')} ".join(parts)


def _running(model: ModelStatus, known: Known, words: Words) -> Iterator[str]:
    t = words.texts
    if model.state is ModelState.INACTIVE or known.status is None:
        yield words.tui.context_declared.format(tokens=model.declared_context, kv_cache=model.kv_cache)
        return
    if model.processor:
        yield t.processors[model.processor]
    context = model.declared_context if model.context is None else model.context
    yield t.detail_context.format(tokens=context, kv_cache=model.kv_cache)
    if model.memory_bytes is not None:
        yield t.detail_memory.format(size=words.size(model.memory_bytes))
    if model.started_at:
        running = datetime.fromisoformat(known.status.seen_at) - datetime.fromisoformat(model.started_at)
        yield t.detail_since.format(duration=words.numbers.duration(max(0.0, running.total_seconds())))
    if model.restarts:
        yield t.detail_restarts.format(count=model.restarts)


def _answer(model: ModelStatus, known: Known, words: Words) -> str:
    stats = (known.answers or {}).get(model.id)
    return stats_text(stats, words) if stats else words.sign("none")


def stats_text(stats: ChatStats, words: Words) -> str:
    speed = "?" if stats.tokens_per_s is None else words.numbers.decimal(stats.tokens_per_s)
    ttft = "?" if stats.ttft_s is None else words.numbers.decimal(stats.ttft_s, 2)
    return words.texts.chat_stats.format(speed=speed, ttft=ttft, tokens=stats.tokens)


def _activity(known: Known, words: Words, room: Room) -> Iterator[Row]:
    """What is under way, then what is amiss, then what else serves or is on the card, then what has ended."""
    going = [job for job in known.jobs if not job.over]
    yield from (job_row(job, words, room) for job in going)
    yield from _amiss(known, words)
    if known.validation:
        yield from _found(known.validation, words)
    yield from services(known.gateway, known.status.guard if known.status else None, words, room)
    strangers = (other for other in (known.status.others if known.status else ()) if isinstance(other, GpuProcess))
    yield from (_on_card(process, words) for process in strangers)
    yield from (job_row(job, words, room) for job in known.jobs if job.over)


def _amiss(known: Known, words: Words) -> Iterator[Row]:
    for number, text in enumerate(_warnings(known, words)):
        mark = Cell(f"{words.sign('drift')} ", Tone.WARN)
        yield Row(f"warning-{number}", (line(mark, Cell(" ".join(text.split()), Tone.WARN)),))


def _found(seen: Validation, words: Words) -> Iterator[Row]:
    """What the checks found that is worth a word of its own, with the key that mends it; the rest is under key 1."""
    from arriero.doctor.check import Grade  # late: the first screen does without
    from arriero.i18n.check_texts import tell_check

    tones = {Grade.ERROR: Tone.BAD, Grade.WARNING: Tone.WARN}
    for one in sorted((one for one in seen.checked if one.grade in tones), key=lambda one: -one.grade.rank):
        told, t = tell_check(one, words.texts), words.tui
        key = t.found_mend if told.code in seen.mendable else t.found_look
        sign = words.sign("failed" if one.grade is Grade.ERROR else "drift")
        mark, told_text = Cell(f"{sign} ", tones[one.grade]), Cell(f"{told.title}: {told.seen}", tones[one.grade])
        text = line(mark, Cell(f"{key} ", Tone.ACCENT), told_text)
        yield Row(f"check-{told.code}", (text,))


def _on_card(process: GpuProcess, words: Words) -> Row:
    none = words.sign("none")
    told = words.tui.on_card.format(
        process=process.process or none,
        pid=", ".join((str(process.pid), *([process.container] if process.container else []))),
        size=words.size(process.vram_bytes),
    )
    return Row(f"card-{process.pid}", (line(Cell(f"{none} {told}", Tone.DIM)),))


def _warnings(known: Known, words: Words) -> Iterator[str]:
    texts, status = words.texts, known.status
    if known.trouble:
        yield describe_error(known.trouble, texts)
    if status is None:
        return
    if trouble := card_trouble(status.gpu, words):
        yield trouble
    for model in status.models:
        yield from (describe_drift(drift, model.id, texts) for drift in model.drift)
    yield from (describe_error(note, texts) for note in status.notes)
    yield from (describe_repair(repair, texts) for repair in status.repairs)
    for holder in (other for other in status.others if isinstance(other, PortHolder)):
        who = holder.container or f"{holder.process} ({holder.pid})"
        unknown = not holder.pid and not holder.container
        row = texts.detail_unknown_holder if unknown else texts.detail_other_holder
        yield row.format(port=holder.port, who=who)
