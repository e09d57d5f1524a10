"""A job as one line: what it is, how far, how fast, how long yet; or how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.core.progress import Progress
from arriero.i18n import describe_error, describe_step
from arriero.tui.doing import Picked
from arriero.tui.jobs import JobSnapshot, JobState
from arriero.tui.operations import Operation
from arriero.tui.view import Cell, Row, Tone, line
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
    named = " ".join(part for part in (picked.slot, picked.variant) if part)
    return f"{name}: {named}" if named else name


def job_title(job: JobSnapshot, words: Words) -> str:
    return about(job.operation, job.picked, words)


def job_row(job: JobSnapshot, words: Words) -> Row:
    sign, tone = _SIGNS[job.state]
    told = " ".join(_told(job, words))
    return Row(
        f"job-{job.number}",
        (line(Cell(f"{words.sign(sign)} ", tone), Cell(job_title(job, words), Tone.STRONG), f"  {told}"),),
    )


def _told(job: JobSnapshot, words: Words) -> Iterator[str]:
    t = words.tui
    if job.over:
        yield t.job_states[job.state]
        if job.fault:
            yield " ".join(describe_error(job.fault, words.texts).split())
        else:
            yield t.job_took.format(took=words.numbers.duration(job.took_s))
        return
    if job.cancelling:
        yield t.job_cancelling
    elif job.state is JobState.PAUSED:
        yield t.job_states[job.state]
    if job.progress:
        yield from _figures(job, job.progress, words)
        yield describe_step(job.progress, words.texts)


def _figures(job: JobSnapshot, told: Progress, words: Words) -> Iterator[str]:
    if told.done is None:
        return
    if told.total:
        yield bar(told.done, told.total, words)
        yield f"{min(told.done, told.total) * 100 // told.total} %"
    if told.unit == "bytes":
        whole = f" / {words.size(told.total)}" if told.total else ""
        yield f"{words.size(told.done)}{whole}"
        if job.speed:
            yield f"{words.size(round(job.speed))}/s"
    if job.left_s and job.state is JobState.RUNNING:
        yield words.texts.progress_left.format(left=words.numbers.duration(job.left_s))


def bar(done: int, total: int, words: Words) -> str:
    full = min(done, total) * _BAR_CELLS // total
    return words.sign("full") * full + words.sign("empty") * (_BAR_CELLS - full)
