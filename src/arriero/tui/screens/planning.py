"""The plan of an operation before it is carried out; for who activates, with the context that can be another."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from arriero.core.errors import ArrieroError
from arriero.tui.doing import Picked
from arriero.tui.foreseeing import foresee
from arriero.tui.host import Host
from arriero.tui.operations import Operation
from arriero.tui.presenting_jobs import about
from arriero.tui.screens.dialogs import Buttons
from arriero.tui.telling import nothing_planned, tell_plan
from arriero.tui.words import Words

_TYPING_S = 0.4  # a number is whole when nothing is added to it for so long


class PlanScreen(Buttons):
    """Works the plan out while it is shown; an empty plan or one that fails has nothing to confirm.

    `picked` is what the plan on the screen is of.
    """

    def __init__(self, operation: Operation, picked: Picked, host: Host, words: Words) -> None:
        super().__init__(about(operation, picked, words), words.tui.planning, words)
        self.picked = picked
        self._operation, self._host = operation, host

    def compose_more(self) -> ComposeResult:
        if self._operation.name == "activate":
            with Horizontal(id="context-row"):
                yield Label(self.words.tui.context_ask)
                yield Input(id="context", compact=True, type="integer", max_length=8)
                yield Label(self.words.tui.context_keeps, classes="note")

    def opened(self) -> None:
        self.query_one("#yes", Button).disabled = True
        self.query_one("#no").focus()
        self.run_worker(self.while_open(self._plan()), exclusive=True)

    async def _plan_when_typed(self) -> None:
        await asyncio.sleep(_TYPING_S)
        await self._plan()

    async def _plan(self) -> None:
        text = self.query_one("#text", Static)
        try:
            foreseen = await foresee(self._host, self._operation, self.picked)
        except ArrieroError as fault:
            told = self._host.tell(fault, self.words.texts, planned=True)
            text.update(Content(f"{self.words.tui.plan_failed}\n\n{told}"))
            self._offer(go_on=False)
            return
        text.update(Content(tell_plan(foreseen, self._host, self.words)))
        for context in self.query("#context").results(Input):
            if not context.value and foreseen.context:
                context.value = str(foreseen.context)
        self._offer(go_on=not nothing_planned(foreseen.result))

    def _offer(self, *, go_on: bool) -> None:
        yes, no = self.query_one("#yes", Button), self.query_one("#no", Button)
        yes.display, yes.disabled = go_on, not go_on
        no.label = self.words.tui.no if go_on else self.words.tui.close
        if self.focused is None or self.focused.id != "context":
            (yes if go_on else no).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another context is another plan; what is not a number yet is none."""
        if event.value.isdecimal() and int(event.value) != self.picked.context and event.input.has_focus:
            self.picked = replace(self.picked, context=int(event.value))
            self.query_one("#yes", Button).disabled = True
            self.run_worker(self.while_open(self._plan_when_typed()), exclusive=True)

    def on_input_submitted(self) -> None:
        self.query_one("#yes" if self.query_one("#yes").display else "#no").focus()
