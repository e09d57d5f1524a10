"""A model's log as it is written: following or held, and only the lines that contain what is searched for."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Log, Static

from arriero.core.errors import ArrieroError
from arriero.stack.logs import logs
from arriero.tui.drawing import content
from arriero.tui.hints import plain_hint
from arriero.tui.screens.opened import Opened

if TYPE_CHECKING:
    from arriero.tui.app import ArrieroApp

TAIL_LINES = 500
KEPT_LINES = 10_000


class LogsScreen(Opened, Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False, priority=True),
        Binding("q", "back", show=False),
        Binding("slash", "search", show=False),
        Binding("f", "follow", show=False),
    ]

    def __init__(self, slot: str) -> None:
        super().__init__()
        self._slot = slot
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._wanted = ""

    @property
    def home(self) -> ArrieroApp:
        return cast("ArrieroApp", self.app)

    def compose(self) -> ComposeResult:
        t = self.home.words.tui
        yield Static(id="header")
        yield Log(id="lines", max_lines=KEPT_LINES)
        yield Input(placeholder=t.logs_search, id="search")
        yield Static(content([plain_hint(t.hint_logs)]), id="hint")

    def opened(self) -> None:
        self._log.focus()
        self._say()
        self.run_worker(self.while_open(self._read()))

    @property
    def _log(self) -> Log:
        return self.query_one("#lines", Log)

    async def _read(self) -> None:
        """Until the screen is closed."""
        try:
            world = await asyncio.to_thread(self.home.host.open_world)
            async for text in logs(world, self._slot, tail=TAIL_LINES, follow=True):
                self._lines.append(text)
                if self._shown(text):
                    self._log.write_line(text)
                self._say()
        except ArrieroError as fault:
            self._log.write_line(self.home.host.tell(fault, self.home.words.texts, planned=False))

    def _shown(self, text: str) -> bool:
        return self._wanted in text.lower()

    def _say(self) -> None:
        t = self.home.words.tui
        parts = (
            t.logs_title.format(slot=self._slot),
            t.logs_following if self._log.auto_scroll else t.logs_held,
            t.logs_lines.format(count=sum(map(self._shown, self._lines))),
        )
        self.query_one("#header", Static).update(Content("   ".join(parts)))

    def on_input_changed(self, event: Input.Changed) -> None:
        self._wanted = event.value.lower()
        self._log.clear()
        self._log.write_lines([text for text in self._lines if self._shown(text)])
        self._say()

    def on_input_submitted(self) -> None:
        self._log.focus()

    def action_search(self) -> None:
        self.query_one("#search").focus()

    def action_follow(self) -> None:
        self._log.auto_scroll = not self._log.auto_scroll
        if self._log.auto_scroll:
            self._log.scroll_end()
        self._say()

    def action_back(self) -> None:
        """From the search back to the lines, from those away."""
        if self.focused is self.query_one("#search"):
            self.query_one("#search", Input).clear()
            self._log.focus()
        else:
            self.dismiss()
