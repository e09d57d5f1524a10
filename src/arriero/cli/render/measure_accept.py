"""The specification's figures as a table, then why a row cannot be told and what mends one that is not met."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.cli.look import Cell, Look
from arriero.cli.render.measure import conditions
from arriero.i18n import fill
from arriero.i18n.measure_texts import MeasureTexts, measure_texts_of
from arriero.i18n.measure_words import value_text
from arriero.measure.accepting import Acceptance
from arriero.measure.availability import NAME as UPTIME
from arriero.measure.requirements import Note, Row, Verdict
from arriero.measure.values import RATES

_COLOURS = {Verdict.MET: "green", Verdict.NOT_MET: "red", Verdict.UNKNOWN: "dim"}


def render_acceptance(told: Acceptance, look: Look) -> str:
    m = measure_texts_of(look.texts.language)
    headings = (m.column_requirement, m.column_required, m.column_measured, m.column_verdict)
    counts = {str(verdict): sum(row.verdict is verdict for row in told.rows) for verdict in Verdict}
    parts = [
        look.table(headings, [_row(row, look, m) for row in told.rows]),
        list(_notes(told, look, m)),
        [m.accept_sum.format(**counts), *(conditions(told.measurements, look) if told.measurements else ())],
    ]
    if told.interrupted:
        parts.append([m.interrupted])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _row(row: Row, look: Look, m: MeasureTexts) -> tuple[Cell, ...]:
    return (
        Cell(_title(row, m)),
        Cell(_required(row, m)),
        Cell(_measured(row, look, m)),
        Cell(m.verdicts[row.verdict], _COLOURS[row.verdict]),
    )


def _title(row: Row, m: MeasureTexts) -> str:
    title = f"{row.name.split('.')[0]} {m.accept_rows[row.name]}"
    return f"{title}, {row.slot}" if row.slot else title


def _measured(row: Row, look: Look, m: MeasureTexts) -> str:
    if row.up_s is not None:
        return m.measured_uptime.format(took=look.texts.numbers.duration(row.up_s))
    if row.figure and row.value is not None:
        return value_text(row.figure, row.value, look.texts.numbers, m)
    return look.sign("none")


def _required(row: Row, m: MeasureTexts) -> str:
    if row.name == UPTIME:
        return m.required_uptime
    if row.limit is None or row.figure is None:
        return m.required_holds
    limit = m.per_second.format(value=f"{row.limit:g}") if row.figure in RATES else _seconds(row.limit)
    above = m.required_least if row.at_limit else m.required_above
    return (above if row.above else m.required_below).format(value=limit)


def _seconds(limit_s: float) -> str:
    return f"{limit_s:g} s" if limit_s >= 1 else f"{1000 * limit_s:g} ms"


def _notes(told: Acceptance, look: Look, m: MeasureTexts) -> Iterator[str]:
    """The same reason once, with the rows that it is about."""
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for row in told.rows:
        name = m.accept_rows[row.name]
        if row.why:
            reasons.setdefault((m.accept_why, row.slot, why_text(row.why, look, m)), []).append(name)
        for remedy in row.remedies:
            text = fill(m.remedies[remedy.code], remedy.params, look.texts.numbers)
            reasons.setdefault((m.accept_remedy, row.slot, text), []).append(name)
    for (template, slot, text), names in reasons.items():
        told_of = {"name": ", ".join(dict.fromkeys(names)), "slot": slot, "text": text}
        yield f"{look.sign('dot')} {fill(template, told_of, look.texts.numbers)}"


def why_text(why: Note, look: Look, m: MeasureTexts) -> str:
    mark = why.code.removeprefix("mark.")
    template = m.marks[mark] if mark != why.code else m.whys[why.code]
    return fill(template, why.params, look.texts.numbers)
