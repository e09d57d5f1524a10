"""The settings: each with its value and where that is from; what is changed is kept in the user's file at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from arriero.core.errors import ArrieroError
from arriero.i18n.settings_texts import SettingsTexts, settings_texts_of
from arriero.tui.adjusting import Adjustable, about_setting, adjustables, setting_rows, why_refused
from arriero.tui.drawing import Rows, content
from arriero.tui.hints import plain_hint
from arriero.tui.screens.opened import Opened

if TYPE_CHECKING:
    from arriero.tui.app import ArrieroApp


class SettingsScreen(Opened, Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("delete,backspace", "reset", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Adjustable, ...] = ()

    @property
    def home(self) -> ArrieroApp:
        return cast("ArrieroApp", self.app)

    @property
    def _texts(self) -> SettingsTexts:
        return settings_texts_of(self.home.words.texts.language)

    def compose(self) -> ComposeResult:
        yield Static(id="header")
        yield Rows(id="settings")
        yield Static(id="about")
        yield Static(id="hint")

    async def opened(self) -> None:
        self.query_one("#settings").focus()
        await self.show()

    async def show(self) -> None:
        """All of it, in the language that is spoken now."""
        keeping = self.home.host.keeping
        self.query_one("#header", Static).update(Content(self._texts.title), layout=False)
        self.query_one("#hint", Static).update(content([plain_hint(self._texts.hint)]), layout=False)
        try:
            self._found = adjustables(await asyncio.to_thread(keeping.settings), keeping.places.home)
        except ArrieroError as fault:
            self._tell(fault)
            return
        self.query_one("#settings", Rows).show(setting_rows(self._found, keeping, self.home.words))
        self._about()

    @property
    def _pointed(self) -> Adjustable | None:
        key = self.query_one("#settings", Rows).pointed
        return next((each for each in self._found if each.dotted == key), None)

    def _about(self) -> None:
        if pointed := self._pointed:
            self.query_one("#about", Static).update(Content(about_setting(pointed, self.home.words)), layout=False)

    def on_option_list_option_highlighted(self) -> None:
        self._about()

    def on_option_list_option_selected(self) -> None:
        if pointed := self._pointed:
            self.run_worker(self.while_open(self._change(pointed)), exclusive=True)

    def action_reset(self) -> None:
        if pointed := self._pointed:
            self.run_worker(self.while_open(self._reset(pointed)), exclusive=True)

    async def _change(self, setting: Adjustable) -> None:
        """What is overruled elsewhere is refused before anybody types."""
        keeping = self.home.host.keeping
        try:
            await asyncio.to_thread(keeping.require_ours, setting.path)
        except ArrieroError as fault:
            self._tell(fault)
            return
        if await self.app.push_screen_wait(EditScreen(setting, self._texts.labels[setting.name], self.home)):
            await self._changed(setting)

    async def _reset(self, setting: Adjustable) -> None:
        try:
            await asyncio.to_thread(self.home.host.keeping.reset, setting.path)
        except ArrieroError as fault:
            self._tell(fault)
            return
        await self._changed(setting)

    async def _changed(self, before: Adjustable) -> None:
        """The app takes it up; what the next look sees is seen with it."""
        await self.show()
        now = next((each for each in self._found if each.path == before.path), before)
        self.home.settings_changed(now)
        await self.show()
        flag = now.origin is not None and now.origin.kind == "flag"
        place = now.origin.name if now.origin else ""
        told = self._texts.kept_but_flag if flag else self._texts.kept
        self.notify(
            told.format(
                place=place, label=self._texts.labels[now.name], value=now.text or self.home.words.sign("none")
            ),
            markup=False,
        )

    def _tell(self, fault: ArrieroError) -> None:
        self.notify(why_refused(fault, self.home.words), severity="warning", markup=False)


class EditScreen(Opened, ModalScreen[bool]):
    """One setting: picked from its values, or typed. What is refused leaves it open, with the reason."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", show=False)]

    def __init__(self, setting: Adjustable, label: str, home: ArrieroApp) -> None:
        super().__init__()
        self._setting, self._label, self._home = setting, label, home

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._label), classes="title")
            yield Static(Content(about_setting(self._setting, self._home.words)), classes="note")
            yield self._asked()
            yield Static(id="refused")

    def _asked(self) -> Input | OptionList:
        if self._setting.choices:
            return OptionList(*map(Option, self._setting.choices), markup=False)
        return Input(self._setting.text, id="answer", compact=True)

    def opened(self) -> None:
        for options in self.query(OptionList).results():
            choices = self._setting.choices
            options.highlighted = choices.index(self._setting.text) if self._setting.text in choices else 0
            options.focus()
        for typed in self.query("#answer").results(Input):
            typed.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._try(self._setting.choices[event.option_index])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._try(event.value.strip())

    def _try(self, typed: str) -> None:
        self.run_worker(self.while_open(self._keep(typed)), exclusive=True)

    async def _keep(self, typed: str) -> None:
        keeping = self._home.host.keeping
        try:
            await asyncio.to_thread(keeping.change, self._setting.path, typed)
        except ArrieroError as fault:
            self.query_one("#refused", Static).update(Content(why_refused(fault, self._home.words)))
            return
        self.dismiss(True)
