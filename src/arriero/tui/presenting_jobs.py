"""A job as one line: what it is, how far, how fast, how long yet; or how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.core.progress import Progress
from arriero.i18n import describe_error, describe_step
from arriero.tui.doing import OFF, ON, Picked
from arriero.tui.jobs import JobSnapshot, JobState
from arriero.tui.operations import Operation
from arriero.tui.view import Cell, Room, Row, Tone, fitted
from arriero.tui.words import Words

_SIGNS = {
    JobState.RUNNING: ("starting", Tone.ACCENT),
    JobState.PAUSED: ("inactive", Tone.WARN),
    JobState.DONE: ("done", Tone.GOOD),
    JobState.PARTIAL: ("drift", Tone.WARN),
    JobState.FAILED: ("failed", Tone.BAD),
    JobState.CANCELLED: ("none", Tone.DIM),
}
_BAR_CELLS = 10


def about(operation: Operation, picked: Picked, words: Words) -> str:
    """What is done to what: the title of its job and of its dialogs."""
    name = words.tui.operations[operation.name]
    switched = {ON: words.tui.option_on, OFF: words.tui.option_off}.get(picked.name or "", "").lower()
    named = " ".join(part for part in (picked.slot, picked.variant, switched) if part)
    return f"{name}: {named}" if named else name


def job_title(job: JobSnapshot, words: Words) -> str:
    return about(job.operation, job.picked, words)


def job_row(job: JobSnapshot, words: Words, room: Room) -> Row:
    """Where room is short, how far it is and how long yet stay longest."""
    sign, tone = _SIGNS[job.state]
    head = (Cell(f"{words.sign(sign)} ", tone), Cell(f"{job_title(job, words)} ", Tone.STRONG))
    told = _ended(job, words) if job.over else _going(job, words)
    return Row(f"job-{job.number}", (fitted((*head, *told), room.columns),))


def _ended(job: JobSnapshot, words: Words) -> Iterator[Cell]:
    t = words.tui
    yield Cell(f" {t.job_states[job.state]}", Tone.DIM)
    if job.fault:
        yield Cell(f" {' '.join(describe_error(job.fault, words.texts).split())}")
    else:
        yield Cell(f" {t.job_took.format(took=words.numbers.duration(job.took_s))}", Tone.DIM)


def _going(job: JobSnapshot, words: Words) -> Iterator[Cell]:
    t = words.tui
    if job.cancelling:
        yield Cell(f" {t.job_cancelling}")
    elif job.state is JobState.PAUSED:
        yield Cell(f" {t.job_states[job.state]}", Tone.WARN)
    if job.progress:
        yield from _figures(job, job.progress, words)
        yield Cell(f" {describe_step(job.progress, words.texts)}", Tone.DIM, 5 if job.progress.total else 0)


def _figures(job: JobSnapshot, told: Progress, words: Words) -> Iterator[Cell]:
    if told.done is None:
        return
    if told.total:
        yield from _bar(told.done, told.total, words)
        yield Cell(f" {min(told.done, told.total) * 100 // told.total} %")
    if told.unit == "bytes":
        whole = f" / {words.size(told.total)}" if told.total else ""
        yield Cell(f" {words.size(told.done)}{whole}", rank=4)
        if job.speed:
            yield Cell(f" {words.size(round(job.speed))}/s", rank=3)
    if job.left_s and job.state is JobState.RUNNING:
        left = words.texts.progress_left.format(left=words.numbers.duration(job.left_s))
        yield Cell(f" {left}", rank=1)


def _bar(done: int, total: int, words: Words) -> Iterator[Cell]:
    full = min(done, total) * _BAR_CELLS // total
    yield Cell(f" {words.sign('full') * full}", Tone.COOL, 2)
    yield Cell(words.sign("empty") * (_BAR_CELLS - full), Tone.DIM, 2)
