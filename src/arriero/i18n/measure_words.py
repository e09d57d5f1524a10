"""Figures in words: what each is called and how its value is written, for whoever shows them."""

from __future__ import annotations

from arriero.i18n.measure_texts import MeasureTexts
from arriero.i18n.numbers import Numbers
from arriero.measure.values import RATES, FigureName


def figure_title(name: FigureName, at: int, m: MeasureTexts) -> str:
    return m.figures_at[name].format(at=at) if at else m.figures[name]


def value_text(name: FigureName, value: float, numbers: Numbers, m: MeasureTexts) -> str:
    if name in RATES:
        return m.per_second.format(value=numbers.decimal(value, 1 if value < 1000 else 0))
    return f"{numbers.decimal(1000 * value, 0)} ms" if value < 1 else f"{numbers.decimal(value, 2)} s"
