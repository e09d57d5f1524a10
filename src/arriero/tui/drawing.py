"""Views onto widgets: tones become theme colours, rows become options. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.scrollbar import ScrollBarRender
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from arriero.tui.view import Line, Row, Tone

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.DIM: "$foreground-muted",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "$text-error",
    Tone.ACCENT: "$text-accent",
    Tone.COOL: "$text-primary",
}


def content(lines: Sequence[Line]) -> Content:
    return Content("\n").join(Content.assemble(*((cell.text, _STYLES[cell.tone]) for cell in cells)) for cells in lines)


class Rows(OptionList):
    """A list that is shown again and again: what is under the cursor stays so while it is there."""

    def __init__(self, *, id: str) -> None:  # noqa: A002  # Textual's word
        super().__init__(id=id, markup=False)
        self._rows: tuple[Row, ...] = ()

    def show(self, rows: tuple[Row, ...]) -> None:
        """Draws only if something differs; a row that is gone hands the cursor to the one in its place."""
        if rows == self._rows:
            return
        if [row.key for row in rows] == [row.key for row in self._rows]:
            for index, (new, old) in enumerate(zip(rows, self._rows, strict=True)):
                if new != old:
                    self.replace_option_prompt_at_index(index, content(new.lines))
        else:
            self._fill(rows)
        self._rows = rows

    def _fill(self, rows: tuple[Row, ...]) -> None:
        before, at = self.pointed, self.highlighted
        self.set_options(Option(content(row.lines), id=row.key, disabled=row.heading) for row in rows)
        keys = [row.key for row in rows]
        if before in keys:
            self.highlighted = keys.index(before)
        elif open_to_it := [index for index, row in enumerate(rows) if not row.heading]:
            self.highlighted = next((index for index in open_to_it if index >= (at or 0)), open_to_it[-1])

    def on_resize(self) -> None:
        """Textual 8.2 keeps what it cut to the old width when it draws before it has measured anew."""
        self.call_after_refresh(self._clear_caches)

    @property
    def pointed(self) -> str | None:
        """The key under the cursor."""
        option = self.highlighted_option
        return option.id if option else None


class AsciiScrollBar(ScrollBarRender):
    """Without the blocks of eighths that Unicode has for a bar's ends."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]
