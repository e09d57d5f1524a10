"""What was measured of a slot, and a measurement that can be begun and left: what it had by then is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress
from arriero.i18n import describe_step
from arriero.i18n.measure_texts import MeasureTexts, measure_texts_of
from arriero.measure.history import recall
from arriero.measure.measuring import Wish, measure
from arriero.measure.targets import slot_target
from arriero.tui.drawing import content
from arriero.tui.hints import plain_hint
from arriero.tui.presenting_measure import present_measure
from arriero.tui.screens.opened import Opened

if TYPE_CHECKING:
    from arriero.tui.app import ArrieroApp


class MeasureScreen(Opened, Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("q", "back", show=False),
        Binding("m", "measure", show=False),
    ]

    def __init__(self, slot: str) -> None:
        super().__init__()
        self._slot = slot
        self._measuring: Worker[None] | None = None

    @property
    def home(self) -> ArrieroApp:
        return cast("ArrieroApp", self.app)

    @property
    def _texts(self) -> MeasureTexts:
        return measure_texts_of(self.home.words.texts.language)

    def compose(self) -> ComposeResult:
        yield Static(id="header")
        with VerticalScroll(id="figures"):
            yield Static(id="bars")
        yield Static(content([plain_hint(self._texts.screen_hint)]), id="hint")

    async def opened(self) -> None:
        self.query_one("#figures").focus()
        self._say("")
        await self._show()

    def _say(self, doing: str) -> None:
        title = self._texts.screen_title.format(slot=self._slot)
        self.query_one("#header", Static).update(f"{title}   {doing}".rstrip(), layout=False)

    async def _show(self) -> None:
        try:
            history = await asyncio.to_thread(lambda: recall(self.home.host.open_world(), self._slot))
            shown = content(present_measure(history, self.home.words))
        except ArrieroError as fault:
            self._tell(fault)
            return
        self.query_one("#bars", Static).update(shown)

    def _tell(self, fault: ArrieroError) -> None:
        self.notify(self.home.host.tell(fault, self.home.words.texts, planned=False), severity="error", markup=False)

    def action_measure(self) -> None:
        if self._measuring is None or self._measuring.is_finished:
            self._measuring = self.run_worker(self.while_open(self._measure()))

    async def _measure(self) -> None:
        try:
            world = await asyncio.to_thread(self.home.host.open_world)
            taken = await measure(world, await slot_target(world, self._slot), Wish(quick=True), self._report)
        except ArrieroError as fault:
            self._tell(fault)
            return
        for failure in taken.failures:
            self._tell(failure)
        self._say("")
        await self._show()

    def _report(self, progress: Progress) -> None:
        self._say(describe_step(progress, self.home.words.texts))

    def action_back(self) -> None:
        self.dismiss()
