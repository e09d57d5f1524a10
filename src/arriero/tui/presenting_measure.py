"""What was measured of a slot as lines of text with bars: speed, first token, memory, history. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arriero.i18n.measure_texts import MeasureTexts, measure_texts_of
from arriero.i18n.measure_words import figure_title, value_text
from arriero.measure.values import FigureName, Measurement
from arriero.tui.view import Cell, Line, Tone, line
from arriero.tui.words import Words

_BAR = 20
_HISTORY = 10
_MOMENTS = 8
_FIRST_TOKEN = (FigureName.TTFT_FRESH, FigureName.TTFT_SHARED)
_SPEED = (FigureName.GENERATION, FigureName.EDIT, FigureName.READ_FRESH, FigureName.CROWD)

_Bar = tuple[str, float, str]  # what it is, how much, and how that is written


def present_measure(history: Sequence[Measurement], words: Words) -> tuple[Line, ...]:
    """`history`: of one slot, the newest first; without one, how to get it."""
    m = measure_texts_of(words.texts.language)
    if not history:
        return (line(Cell(m.screen_nothing, Tone.DIM)),)
    return tuple(_lines(history, words, m))


def _lines(history: Sequence[Measurement], words: Words, m: MeasureTexts) -> Iterator[Line]:
    last = history[0]
    yield from _plot(m.screen_speed, _figures(last, _SPEED, words, m), words)
    yield from _plot(m.plot_ttft, _figures(last, _FIRST_TOKEN, words, m), words)
    yield from _plot(m.plot_memory, _memory(last, words), words)
    title = m.plot_history.format(figure=m.figures[FigureName.GENERATION])
    yield from _plot(title, _past(history, words, m), words)
    for remark in last.remarks:
        text = m.remarks[remark.code].format(**remark.params)
        yield line(Cell(f"{words.texts.warning}: {text}", Tone.WARN))


def _plot(title: str, bars: Sequence[_Bar], words: Words) -> Iterator[Line]:
    """Nothing where there is nothing to draw; the longest bar is the largest value. The number comes first: where the
    screen is narrow, it is the bar that is cut."""
    if not bars:
        return
    yield line(Cell(title, Tone.STRONG))
    widest, most = max(len(name) for name, _, _ in bars), max(value for _, value, _ in bars)
    digits = max(len(told) for _, _, told in bars)
    for name, value, told in bars:
        filled = round(_BAR * value / most) if most else 0
        sign = "█" if words.unicode else "#"
        yield line(f"  {name.ljust(widest)}  {told.rjust(digits)}  ", Cell(sign * filled, Tone.COOL))
    yield line("")


def _figures(one: Measurement, names: Sequence[FigureName], words: Words, m: MeasureTexts) -> list[_Bar]:
    found = sorted((f for f in one.figures if f.name in names), key=lambda f: (names.index(f.name), f.at))
    return [
        (figure_title(f.name, f.at, m), f.median, value_text(f.name, f.median, words.numbers, m))
        for f in found
        if f.median is not None
    ]


def _memory(one: Measurement, words: Words) -> list[_Bar]:
    """RAM, or what the card has where it tells."""
    moments = one.memory[:: -(-len(one.memory) // _MOMENTS) or 1]
    held = [(s.at_s, s.vram_bytes if s.vram_bytes else s.ram_bytes) for s in moments]
    return [(f"{at_s:.0f} s", float(size), words.size(size)) for at_s, size in held if size]


def _past(history: Sequence[Measurement], words: Words, m: MeasureTexts) -> list[_Bar]:
    bars = []
    for one in reversed(history[:_HISTORY]):
        figure = one.figure(FigureName.GENERATION)
        if figure and figure.median is not None:
            told = value_text(figure.name, figure.median, words.numbers, m)
            bars.append((f"{one.at[:16].replace('T', ' ')}  {one.environment.version or ''}", figure.median, told))
    return bars
