"""The plots of a report as SVG for an HTML page: pygal draws them, the page's own colours paint them.

Invariant: no script, no address of another machine, and nothing that is not in the table below the plot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arriero.measure.values import Figure, FigureName, Measurement

_WIDTH, _HEIGHT = 460, 300  # small, so that letters stay readable on a phone
_SCRIPT = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)
COLOURS = 4
_LABELS = 7


@dataclass(frozen=True)
class Line:
    """One line of a plot. `dashed`: of a prompt whose beginning was seen before. Points by their x."""

    title: str
    points: tuple[tuple[float, float], ...]
    colour: int
    dashed: bool = False


def over(
    taken: Sequence[Measurement], name: FigureName, title: Callable[[str], str], *, dashed: bool = False
) -> list[Line]:
    """A figure over its contexts or clients, a line for each target that has it."""
    lines = []
    for index, one in enumerate(taken):
        points = tuple((float(f.at), f.median) for f in _with_value(one, name) if f.median is not None)
        if points:
            lines.append(Line(title(one.environment.target), points, index, dashed))
    return lines


def _with_value(one: Measurement, name: FigureName) -> list[Figure]:
    return sorted((f for f in one.figures if f.name is name), key=lambda figure: figure.at)


def draw(lines: Sequence[Line], x_title: str, told: Callable[[float], str]) -> str:
    """An `<svg>` without a legend; `told` writes a value of the upright axis."""
    from pygal import XY  # late: a quarter of a second that only a report pays for

    top = max(y for line in lines for _, y in line.points)
    chart = XY(
        style=_style([line.colour for line in lines]),
        js=[],
        width=_WIDTH,
        height=_HEIGHT,
        x_title=x_title,
        show_legend=False,
        range=(0, top * 1.05 or 1),
        max_scale=6,
        dots_size=3,
        disable_xml_declaration=True,
        value_formatter=told,
        x_value_formatter=lambda x: f"{x:.0f}",
        margin=6,
    )
    places = sorted({x for line in lines for x, _ in line.points})
    chart.x_labels = places[:: -(-len(places) // _LABELS)]
    for line in lines:
        chart.add(line.title, list(line.points), stroke_style={"width": 2, "dasharray": "5, 4" if line.dashed else ""})
    return _SCRIPT.sub("", chart.render(is_unicode=True))


def _style(colours: Sequence[int]) -> object:
    from pygal.style import Style

    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--ink)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        colors=tuple(f"var(--c{colour % COLOURS})" for colour in colours),
        font_family="inherit",
        label_font_size=13,
        major_label_font_size=13,
        title_font_size=13,
        transition="0s",
    )
