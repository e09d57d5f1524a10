"""A report as one HTML file: no script, no network, light or dark as the reader has it, readable on a phone.

Invariant: below every plot stands a table with what it shows, for who cannot see it or wants the number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

from arriero.cli.look import Look
from arriero.cli.render.measure import conditions, figure_table
from arriero.cli.render.measure_plots import COLOURS, Line, draw, over
from arriero.i18n import fill
from arriero.i18n.measure_texts import MeasureTexts, measure_texts_of
from arriero.i18n.measure_words import figure_title, value_text
from arriero.measure.values import FigureName, Measurement

_MB = 1e6
_HISTORY = 20
_MOMENTS = 12


def render_report(taken: Sequence[Measurement], history: Sequence[Measurement], look: Look) -> str:
    """`history`: the newest first, `taken` in it or not. A whole HTML page."""
    m = measure_texts_of(look.texts.language)
    at = fill("{at:moment}", {"at": taken[0].at}, look.texts.numbers)
    title = m.report_title.format(targets=", ".join(one.environment.target for one in taken), at=at)
    parts = [f"<h1>{escape(title)}</h1>", _tiles(taken, look, m), _conditions(taken, look)]
    parts += _sections(taken, history, look, m)
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{_CSS}</style>'
    body = f"<body><main>{''.join(parts)}</main></body>"
    return f'<!doctype html>\n<html lang="{look.texts.language}"><head>{head}</head>\n{body}</html>\n'


def _tiles(taken: Sequence[Measurement], look: Look, m: MeasureTexts) -> str:
    """What most people ask for, large: of each target, where it was measured."""
    longest = max(
        (f.at for one in taken for f in one.figures if f.name is FigureName.TTFT_FRESH and f.median), default=0
    )
    wanted = ((FigureName.GENERATION, 0), (FigureName.TTFT_FRESH, longest), (FigureName.SHORT, 0), (FigureName.FILL, 0))
    tiles = []
    for name, at in wanted:
        found = [(one.environment.target, figure.median) for one in taken if (figure := one.figure(name, at))]
        told = [(value_text(name, value, look.texts.numbers, m), whose) for whose, value in found if value is not None]
        values = "".join(f"<p><b>{escape(value)}</b> {escape(whose)}</p>" for value, whose in told)
        tiles.append(f"<div><h2>{escape(figure_title(name, at, m))}</h2>{values}</div>" if told else "")
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _conditions(taken: Sequence[Measurement], look: Look) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in conditions(taken, look)) + "</ul>"


def _sections(
    taken: Sequence[Measurement], history: Sequence[Measurement], look: Look, m: MeasureTexts
) -> Iterator[str]:
    table = figure_table(taken, look)
    notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
    rows = [[cell.text for cell in row] for row in table.rows]
    yield f"<section>{_table(table.headings, rows)}<ul>{notes}</ul></section>"
    yield '<div class="plots">'
    fresh = [*over(taken, FigureName.TTFT_FRESH, str)]
    fresh += over(taken, FigureName.TTFT_SHARED, lambda target: f"{target}, {m.plot_shared}", dashed=True)
    yield _plot(m.plot_ttft, fresh, m.axis_tokens, FigureName.TTFT_FRESH, look, m)
    reading = [*over(taken, FigureName.READ_FRESH, str)]
    yield _plot(m.plot_reading, reading, m.axis_tokens, FigureName.READ_FRESH, look, m)
    yield _plot(m.plot_crowd, over(taken, FigureName.CROWD, str), m.axis_clients, FigureName.CROWD, look, m)
    yield _memory(taken, look, m)
    yield _past(taken, history, look, m)
    yield "</div>"


def _plot(title: str, lines: Sequence[Line], x_title: str, name: FigureName, look: Look, m: MeasureTexts) -> str:
    return _drawn(title, lines, x_title, lambda value: value_text(name, value, look.texts.numbers, m))


def _drawn(
    title: str,
    lines: Sequence[Line],
    x_title: str,
    told: Callable[[float], str],
    *,
    x_told: Callable[[float], str] = "{:.0f}".format,
) -> str:
    """A plot with its table; nothing where there is nothing to draw."""
    if not lines:
        return ""
    places = sorted({x for line in lines for x, _ in line.points})
    values = [dict(line.points) for line in lines]
    rows = [[x_told(x), *(told(v[x]) if x in v else "" for v in values)] for x in places]
    table = _narrow([[x_title, *(line.title for line in lines)], *rows])
    drawn = f"{draw(lines, x_title, told)}{_legend(lines)}{table}"
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawn}</figure>"


def _legend(lines: Sequence[Line]) -> str:
    kinds = ((f"c{line.colour % COLOURS}{' dashed' if line.dashed else ''}", escape(line.title)) for line in lines)
    return '<p class="legend">' + "".join(f'<span class="{kind}">{title}</span>' for kind, title in kinds) + "</p>"


def _memory(taken: Sequence[Measurement], look: Look, m: MeasureTexts) -> str:
    lines = []
    for index, one in enumerate(taken):
        target = one.environment.target
        seen = one.memory[:: -(-len(one.memory) // _MOMENTS) or 1]
        ram = tuple((float(round(s.at_s)), s.ram_bytes / _MB) for s in seen if s.ram_bytes)
        vram = tuple((float(round(s.at_s)), s.vram_bytes / _MB) for s in seen if s.vram_bytes)
        lines += [Line(f"{target}, RAM", ram, index)] if ram else []
        lines += [Line(f"{target}, VRAM", vram, index, dashed=True)] if vram else []
    return _drawn(m.plot_memory, lines, m.axis_seconds, lambda mb: look.texts.numbers.size(round(mb * _MB)))


def _past(taken: Sequence[Measurement], history: Sequence[Measurement], look: Look, m: MeasureTexts) -> str:
    """How fast each target has generated, measurement by measurement: the last of them has the highest number."""
    lines = []
    for index, one in enumerate(taken):
        same = [past for past in history if past.environment.target == one.environment.target][:_HISTORY]
        found = [past.figure(FigureName.GENERATION) for past in reversed(same)]
        points = tuple((float(i), f.median) for i, f in enumerate(found, 1) if f and f.median is not None)
        lines += [Line(one.environment.target, points, index)] if len(points) > 1 else []
    title = m.plot_history.format(figure=figure_title(FigureName.GENERATION, 0, m))
    return _plot(title, lines, m.axis_measurements, FigureName.GENERATION, look, m)


def _narrow(lines: Sequence[Sequence[str]]) -> str:
    """As a table that is rather high than wide: a phone is."""
    high = lines if len(lines) >= len(lines[0]) else list(zip(*lines, strict=True))
    return _table(high[0], high[1:])


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in headings)
    body = "".join(
        f"<tr><th scope='row'>{escape(row[0])}</th>" + "".join(f"<td>{escape(text)}</td>" for text in row[1:]) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


_CSS = """
:root{color-scheme:light dark;--ink:#1d2430;--dim:#5a6472;--line:#d5dae2;--paper:#fff;--panel:#f6f7f9;
--c0:#0b62a4;--c1:#b84a00;--c2:#2f7335;--c3:#75479e}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--dim:#9aa4b2;--line:#3a4350;--paper:#14181e;--panel:#1c222b;
--c0:#6cb6ff;--c1:#ffa657;--c2:#7ee787;--c3:#d2a8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:1100px;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0}
.tiles{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));margin:1rem 0}
.tiles div{padding:.6rem .75rem;background:var(--panel);border:1px solid var(--line);border-radius:8px}
.tiles h2{margin:0 0 .25rem;font-size:.85rem;font-weight:400;color:var(--dim)}
.tiles p{margin:0;font-size:.85rem;color:var(--dim);overflow-wrap:anywhere}
.tiles b{font-size:1.35rem;color:var(--ink);font-variant-numeric:tabular-nums;white-space:nowrap}
ul{color:var(--dim);font-size:.9rem;padding-left:1.2rem;overflow-wrap:anywhere}
.plots{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));align-items:start}
figure{margin:0;padding:.75rem;background:var(--panel);border:1px solid var(--line);border-radius:8px;min-width:0}
figcaption{font-weight:600}
svg{width:100%;height:auto;display:block}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child{text-align:left;font-weight:400}
figure td{white-space:nowrap}
thead th{color:var(--dim);font-weight:600}
svg .axis .guide.line{stroke:var(--line)!important;stroke-dasharray:none!important}
.legend{margin:.25rem 0 .75rem;font-size:.85rem;color:var(--dim)}
.legend span{margin-right:1rem;white-space:nowrap}
.legend span::before{content:"";display:inline-block;width:1.6rem;border-top:3px solid;margin-right:.4rem;
vertical-align:middle}
.legend .dashed::before{border-top-style:dashed}
.legend .c0::before{border-color:var(--c0)}.legend .c1::before{border-color:var(--c1)}
.legend .c2::before{border-color:var(--c2)}.legend .c3::before{border-color:var(--c3)}
"""
