"""Dialogs: pick one, confirm a plan, read a text, leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from arriero.core.errors import ArrieroError
from arriero.tui.choices import Choice
from arriero.tui.doing import Picked
from arriero.tui.drawing import content
from arriero.tui.host import Host
from arriero.tui.jobs import plan
from arriero.tui.operations import Operation
from arriero.tui.presenting_jobs import about
from arriero.tui.telling import nothing_planned, tell_plan
from arriero.tui.words import Words


class ChooseScreen(ModalScreen[Picked | None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", show=False)]

    def __init__(self, title: str, choices: Sequence[Choice], first: int, words: Words) -> None:
        super().__init__()
        self._title, self._choices, self._first, self._words = title, choices, first, words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="title")
            yield OptionList(*(Option(content([choice.line])) for choice in self._choices), markup=False)

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = self._first
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index].picked)


class _Buttons(ModalScreen[bool]):
    """A text, yes and no. Esc is no; the arrow keys go between the two."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n", "answer(False)", show=False),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, words: Words) -> None:
        super().__init__()
        self._title, self._text, self.words = title, text, words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="title")
            with VerticalScroll(can_focus=False):
                yield Static(Content(self._text), id="text")
            with Horizontal(classes="buttons"):
                yield Button(self.words.tui.yes, id="yes", variant="primary", compact=True)
                yield Button(self.words.tui.no, id="no", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class LeaveScreen(_Buttons):
    def __init__(self, running: int, words: Words) -> None:
        super().__init__(words.tui.command_leave, words.tui.leave_ask.format(count=running), words)

    def on_mount(self) -> None:
        self.query_one("#no").focus()


class PlanScreen(_Buttons):
    """Works the plan out while it is shown; an empty plan or one that fails has nothing to confirm."""

    def __init__(self, operation: Operation, picked: Picked, host: Host, words: Words) -> None:
        super().__init__(about(operation, picked, words), words.tui.planning, words)
        self._operation, self._picked, self._host = operation, picked, host

    def on_mount(self) -> None:
        self.query_one("#yes", Button).disabled = True
        self.query_one("#no").focus()
        self.run_worker(self._plan())

    async def _plan(self) -> None:
        text = self.query_one("#text", Static)
        try:
            result = await plan(self._host, self._operation, self._picked)
        except ArrieroError as fault:
            told = self._host.tell(fault, self.words.texts, planned=True)
            text.update(Content(f"{self.words.tui.plan_failed}\n\n{told}"))
            self._only_close()
            return
        text.update(Content(tell_plan(self._operation, result, self._host, self.words)))
        if nothing_planned(result):
            self._only_close()
        else:
            self.query_one("#yes", Button).disabled = False
            self.query_one("#yes").focus()

    def _only_close(self) -> None:
        self.query_one("#yes").display = False
        self.query_one("#no", Button).label = self.words.tui.close


class TextScreen(ModalScreen[None]):
    """Something to read, which stays until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("c", "copy", show=False),
    ]

    def __init__(self, title: str, text: str, words: Words) -> None:
        super().__init__()
        self._title, self._text, self._words = title, text, words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="title")
            with VerticalScroll():
                yield Static(Content(self._text))
            with Horizontal(classes="buttons"):
                yield Button(self._words.tui.close, id="close", compact=True)

    def on_mount(self) -> None:
        self.query_one("#close").focus()

    def on_button_pressed(self) -> None:
        self.dismiss()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
