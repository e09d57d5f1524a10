"""Dialogs: pick one, type a line, say yes or no, read a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from arriero.tui.choices import Choice
from arriero.tui.doing import Picked
from arriero.tui.drawing import content
from arriero.tui.screens.opened import Opened
from arriero.tui.words import Words


class ChooseScreen(Opened, ModalScreen[Picked | None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", show=False)]

    def __init__(self, title: str, choices: Sequence[Choice], first: int, words: Words) -> None:
        super().__init__()
        self._title, self._choices, self._first, self._words = title, choices, first, words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="title")
            yield OptionList(*(Option(content([choice.line])) for choice in self._choices), markup=False)

    def opened(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = self._first
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index].picked)


class Buttons(Opened, ModalScreen[bool]):
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
            yield from self.compose_more()
            with Horizontal(classes="buttons"):
                yield Button(self.words.tui.yes, id="yes", variant="primary", compact=True)
                yield Button(self.words.tui.no, id="no", compact=True)

    def compose_more(self) -> ComposeResult:
        """What stands between the text and the buttons."""
        yield from ()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class LeaveScreen(Buttons):
    def __init__(self, running: int, words: Words) -> None:
        super().__init__(words.tui.command_leave, words.tui.leave_ask.format(count=running), words)

    def opened(self) -> None:
        self.query_one("#no").focus()


class AskScreen(Opened, ModalScreen[str | None]):
    """One line to be typed. Esc takes it all back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", show=False)]

    def __init__(self, title: str, label: str, words: Words, *, may_be_empty: bool) -> None:
        super().__init__()
        self._title, self._label, self._words, self._may_be_empty = title, label, words, may_be_empty

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="title")
            yield Static(Content(self._label))
            yield Input(id="answer", compact=True)

    def opened(self) -> None:
        self.query_one("#answer").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip() or self._may_be_empty:
            self.dismiss(event.value.strip())


class TextScreen(Opened, ModalScreen[None]):
    """Something to read, which stays until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("c", "copy", show=False),
    ]

    def __init__(self, title: str, text: str, words: Words) -> None:
        super().__init__()
        self._title, self._text, self._words = title, text, words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog reading"):
            yield Static(Content(self._title), classes="title")
            with VerticalScroll():
                yield Static(Content(self._text))
            with Horizontal(classes="buttons"):
                yield Button(self._words.tui.close, id="close", compact=True)

    def opened(self) -> None:
        self.query_one("#close").focus()

    def on_button_pressed(self) -> None:
        self.dismiss()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
