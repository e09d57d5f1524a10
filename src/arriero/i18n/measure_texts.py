"""The texts of what is measured, one field each. They load with the commands that measure, one language at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, eq=False, repr=False)
class MeasureTexts:
    """`figures` by FigureName; `figures_at` where a figure is of a context or of clients; `marks` by Mark, `remarks` by
    code, `conditions` by Environment's field,
    `accept_rows` by the requirement's name, `whys` and `remedies` by a Note's code."""

    help_slots: str
    help_quick: str
    help_context: str
    help_report: str
    help_url: str
    help_url_model: str
    help_compare: str
    help_lifecycle: str
    help_markdown: str
    meta_contexts: str
    meta_url: str
    column_figure: str
    figures: Mapping[str, str]
    figures_at: Mapping[str, str]
    marks: Mapping[str, str]
    remarks: Mapping[str, str]
    conditions: Mapping[str, str]
    per_second: str
    short_value: str
    samples: str
    taken_under: str
    took: str
    interrupted: str
    loss: str
    loss_disturbed: str
    disturbed: str
    since_last: str
    compared: str
    unchanged: str
    noise: str
    better: str
    worse: str
    condition_changed: str
    report_written: str
    column_before: str
    column_after: str
    column_change: str
    accept_rows: Mapping[str, str]
    verdicts: Mapping[str, str]
    whys: Mapping[str, str]
    remedies: Mapping[str, str]
    column_requirement: str
    column_required: str
    column_measured: str
    column_verdict: str
    required_above: str
    required_least: str
    required_uptime: str
    measured_uptime: str
    required_below: str
    required_holds: str
    accept_why: str
    accept_remedy: str
    accept_sum: str
    expected: str
    screen_title: str
    screen_nothing: str
    screen_speed: str
    screen_hint: str
    report_title: str
    plot_ttft: str
    plot_reading: str
    plot_crowd: str
    plot_memory: str
    plot_history: str
    plot_shared: str
    axis_tokens: str
    axis_clients: str
    axis_seconds: str
    axis_measurements: str


def measure_texts_of(language: str) -> MeasureTexts:
    texts: MeasureTexts = import_module(f"arriero.i18n.measure_{language}").TEXTS
    return texts
