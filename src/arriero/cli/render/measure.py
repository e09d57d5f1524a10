"""Measurements as one table with a column for each target, and what there is to say of them below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from arriero.cli.look import Cell, Look
from arriero.i18n import fill
from arriero.i18n.measure_texts import MeasureTexts, measure_texts_of
from arriero.i18n.measure_words import figure_title, value_text
from arriero.measure.comparing import Change, Comparison, Loss
from arriero.measure.values import Figure, FigureName, Mark, Measurement


@dataclass(frozen=True)
class FigureTable:
    """`notes`: why figures are not there or not to be trusted, in the order of the numbers beside them."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]


def render_measurements(taken: Sequence[Measurement], look: Look) -> str:
    table = figure_table(taken, look)
    return "\n".join([*look.table(table.headings, table.rows), "", *table.notes, *conditions(taken, look)])


def markdown(taken: Sequence[Measurement], look: Look) -> str:
    table = figure_table(taken, look)
    lines = [table.headings, ("---", *("---:" for _ in taken)), *([cell.text for cell in row] for row in table.rows)]
    drawn = ["| " + " | ".join(text.replace("|", "\\|") for text in line) + " |" for line in lines]
    return "\n".join([*drawn, "", *(f"- {note}" for note in (*table.notes, *conditions(taken, look)))])


def figure_table(taken: Sequence[Measurement], look: Look) -> FigureTable:
    """A row for each figure that any of them has."""
    m = measure_texts_of(look.texts.language)
    keys = list(dict.fromkeys((f.name, f.at) for one in taken for f in one.figures))
    notes: dict[str, int] = {}
    rows = []
    for key in keys:
        figures = [one.figure(*key) for one in taken]
        rows.append((Cell(figure_title(*key, m)), *(_cell(figure, look, m, notes) for figure in figures)))
    headings = (m.column_figure, *(one.environment.target for one in taken))
    return FigureTable(headings, tuple(rows), tuple(f"[{number}] {reason}" for reason, number in notes.items()))


def _cell(figure: Figure | None, look: Look, m: MeasureTexts, notes: dict[str, int]) -> Cell:
    if figure is None:
        return Cell(look.sign("none"), "dim")
    text = _measured(figure, look, m)
    if figure.mark is Mark.NONE:
        return Cell(text)
    number = notes.setdefault(mark_text(figure, look, m), len(notes) + 1)
    return Cell(f"{text} [{number}]", "yellow" if figure.samples else "dim")


def _measured(figure: Figure, look: Look, m: MeasureTexts) -> str:
    if figure.median is None:
        return look.sign("none")
    text = value_text(figure.name, figure.median, look.texts.numbers, m)
    if figure.name is FigureName.SHORT and figure.p99 is not None:
        return m.short_value.format(value=text, p99=value_text(figure.name, figure.p99, look.texts.numbers, m))
    if figure.samples > 1:
        return m.samples.format(value=text, spread=f"{100 * (figure.spread or 0):.0f}")
    return text


def conditions(taken: Sequence[Measurement], look: Look) -> Iterator[str]:
    """Under which the figures were taken, and what spoilt them."""
    m = measure_texts_of(look.texts.language)
    for one in taken:
        told = {**vars(one.environment), "target": one.environment.target, "model": _model(one.environment.model)}
        if one.environment.card_simulated:
            told["card"] = f"{one.environment.card}{look.texts.gpu_simulated}"
        told["load"] = look.texts.numbers.decimal(one.environment.load)
        yield fill(m.taken_under, told, look.texts.numbers)
    yield m.took.format(took=look.texts.numbers.duration(sum(one.took_s for one in taken)))
    for one in taken:
        whose = f"{one.environment.target}: " if len(taken) > 1 else ""
        for remark in one.remarks:
            text = fill(m.remarks[remark.code], remark.params, look.texts.numbers)
            yield look.paint(f"{look.texts.warning}: {whose}{text}", "yellow")


def _model(name: str) -> str:
    """Of a server that names its model by a file's path, the file."""
    return PurePosixPath(name).name if name.startswith("/") else name


def mark_text(figure: Figure, look: Look, m: MeasureTexts) -> str:
    return fill(m.marks[figure.mark], {"detail": figure.detail}, look.texts.numbers)


def render_comparison(comparison: Comparison, look: Look, *, same_target: bool) -> str:
    """`same_target`: two moments of one, else two targets."""
    m = measure_texts_of(look.texts.language)
    before, after = comparison.before, comparison.after
    head = (
        fill(m.since_last.replace("{at}", "{at:moment}"), {"at": before.at}, look.texts.numbers)
        if same_target
        else m.compared.format(before=before.environment.target, after=after.environment.target)
    )
    names = (m.column_before, m.column_after) if same_target else (before.environment.target, after.environment.target)
    rows = [_change(change, look, m) for change in comparison.changes]
    table = look.table((m.column_figure, *names, m.column_change), rows) if rows else []
    changed = [_condition(c.name, c.before, c.after, look, m) for c in comparison.conditions]
    disturbed = [m.disturbed] if before.disturbed or after.disturbed else []
    still = [] if any(change.beyond_noise for change in comparison.changes) else [m.unchanged]
    return "\n".join([head, *table, *still, *changed, *disturbed])


def _change(change: Change, look: Look, m: MeasureTexts) -> tuple[Cell, ...]:
    return (
        Cell(figure_title(change.name, change.at, m)),
        Cell(value_text(change.name, change.before, look.texts.numbers, m)),
        Cell(value_text(change.name, change.after, look.texts.numbers, m)),
        _verdict(change, m),
    )


def _verdict(change: Change, m: MeasureTexts) -> Cell:
    if not change.beyond_noise:
        return Cell(m.noise, "dim")
    percent = f"{abs(100 * change.better):.0f}"
    if change.worse:
        return Cell(m.worse.format(percent=percent), "red")
    return Cell(m.better.format(percent=percent), "green")


def _condition(name: str, before: str, after: str, look: Look, m: MeasureTexts) -> str:
    nothing = look.sign("none")
    return m.condition_changed.format(
        sign=look.sign("dot"), name=m.conditions[name], before=before or nothing, after=after or nothing
    )


def loss_text(loss: Loss, look: Look) -> str:
    m = measure_texts_of(look.texts.language)
    figures = ", ".join(
        f"{figure_title(c.name, c.at, m)} ({value_text(c.name, c.before, look.texts.numbers, m)} → "
        f"{value_text(c.name, c.after, look.texts.numbers, m)})"
        for c in loss.changes
    )
    told = m.loss_disturbed if loss.disturbed else m.loss
    return told.format(slot=loss.slot, before=loss.before, after=loss.after, figures=figures)
