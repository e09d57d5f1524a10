"""The main screen: the menu, the models, what goes on. Every operation begins here, with its questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static

from arriero.tui.drawing import Rows, content
from arriero.tui.hints import hint_line
from arriero.tui.jobs import Job
from arriero.tui.menu import menu_rows
from arriero.tui.operations import BY_NAME, OPERATIONS, Operation
from arriero.tui.presenting import Known, present_main
from arriero.tui.view import Cell, Line, MainView, Room, Row, Tone, line
from arriero.tui.words import Words

if TYPE_CHECKING:
    from arriero.tui.app import ArrieroApp

MENU_COLUMNS = 30  # the longest of the specification's names
_NARROW, _WIDE, _TALL = 64, 110, 32
_TICK_S = 0.25  # how often a running job's figures are drawn


class MainScreen(Screen[object]):
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(op.key, f"operate('{op.name}')", show=False) for op in OPERATIONS),
        Binding("q", "app.leave", show=False),
        Binding("question_mark,f1", "help", show=False),
        Binding("p", "pause", show=False),
        Binding("x", "cancel", show=False),
        Binding("r", "look", show=False),
        Binding("t", "app.toggle_theme", show=False),
        Binding("i", "speak", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._view: MainView | None = None
        self._spoken: Words | None = None  # what the fixed texts on it are in; None: there is nothing on it yet
        self._details: tuple[Line, ...] = ()

    @property
    def home(self) -> ArrieroApp:
        return cast("ArrieroApp", self.app)

    def compose(self) -> ComposeResult:
        yield Static(id="header")
        with Horizontal(id="body"):
            yield Rows(id="menu")
            with Vertical(id="right"):
                yield Rows(id="models")
                yield Static(id="details")
        yield Rows(id="activity")
        yield Static(id="hint")

    def on_mount(self) -> None:
        self.query_one("#models").focus()
        self._ticking = self.set_interval(_TICK_S, self.home.draw, pause=True)
        self._speak(self.home.words)
        self.show(self.home.known, self.home.words)

    def show(self, known: Known, words: Words) -> None:
        """Draws what differs from what it shows. Figures of running jobs change without a word, so it looks at them."""
        if self._spoken is None:
            return
        if words != self._spoken:
            self._speak(words)
        view, before = present_main(known, words, self._room(known)), self._view
        if any(not job.over for job in known.jobs):
            self._ticking.resume()
        else:
            self._ticking.pause()
        self._view = view
        self.set_class(len(view.header) > 1, "-card")
        if before is None or view.header != before.header:
            self.query_one("#header", Static).update(content(view.header), layout=False)
        self._rows("#models").show(view.models)
        calm = words.tui.activity_nothing if known.validation else words.tui.activity_unlooked
        quiet = Row("quiet", (line(Cell(calm, Tone.DIM)),))
        self._rows("#activity").show(view.activity or (quiet,))
        self._show_details()

    def _room(self, known: Known) -> Room:
        """As the style sheet parts the screen; a test holds them in step."""
        columns, rows = self.app.size
        menu = 0 if columns < _NARROW else MENU_COLUMNS
        card = known.status is not None and known.status.gpu.ready
        activity, details = (9 if rows >= _TALL else 4), (7 if columns >= _WIDE else 8)
        return Room(columns - 3, columns - menu - 3, rows - activity - details - (3 if card else 2) - 1)

    def on_screen_resume(self) -> None:
        self.show(self.home.known, self.home.words)

    def on_resize(self) -> None:
        self.show(self.home.known, self.home.words)
        self._hint()

    def on_descendant_focus(self) -> None:
        self._hint()

    def _hint(self) -> None:
        part = self.focused.id if self.focused and self.focused.id else "models"
        hint = hint_line(part, self.home.words, self.app.size.width - 2)
        self.query_one("#hint", Static).update(content([hint]), layout=False)

    def _speak(self, words: Words) -> None:
        self._spoken = words
        self._hint()
        titles = {"menu": words.tui.title_menu, "models": words.tui.title_models, "activity": words.tui.title_activity}
        for name, title in titles.items():
            self._rows(f"#{name}").border_title = title
        self._rows("#menu").show(menu_rows(words))

    def _rows(self, name: str) -> Rows:
        return self.query_one(name, Rows)

    def _show_details(self) -> None:
        pointed = self._rows("#models").pointed
        lines = self._view.details.get(pointed or "", ()) if self._view else ()
        if lines != self._details:
            self._details = lines
            self.query_one("#details", Static).update(content(lines), layout=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.id == "models":
            self._show_details()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        key = event.option_id or ""
        match event.option_list.id:
            case "menu":
                self.operate(BY_NAME[key])
            case "models":
                self._copy(key)
            case "activity":
                self._open(key)

    def action_operate(self, name: str) -> None:
        self.operate(BY_NAME[name])

    def operate(self, operation: Operation) -> None:
        """One course of questions at a time: a key that comes while one is open is the dialog's."""
        from arriero.tui.asking import ask_and_begin  # late: the first screen does without

        self.run_worker(ask_and_begin(self.home, operation, self.pointed_slot), group="asking", exclusive=True)

    @property
    def pointed_slot(self) -> str | None:
        return self._rows("#models").pointed

    def _copy(self, slot: str) -> None:
        url = self._view.urls.get(slot) if self._view else None
        t = self.home.words.tui
        if url is None:
            self.notify(t.nothing_to_copy.format(slot=slot), markup=False)
            return
        self.app.copy_to_clipboard(url)
        self.notify(t.copied.format(url=url), markup=False)

    def _open(self, key: str) -> None:
        from arriero.tui.screens.dialogs import TextScreen

        kind, _, number = key.partition("-")
        if kind == "job":
            self.home.show_result(int(number))
        elif kind == "service":
            self.operate(BY_NAME[number])
        elif kind in ("warning", "card", "check") and self._view:
            text = next((row.text for row in self._view.activity if row.key == key), "")
            self.app.push_screen(TextScreen(self.home.words.tui.title_activity, text, self.home.words))

    def action_pause(self) -> None:
        job = self._pointed_job()
        if job is not None and not job.pause_or_resume():
            self.notify(self.home.words.tui.cannot_pause)
        self.home.draw()

    def action_cancel(self) -> None:
        if job := self._pointed_job():
            job.cancel()
        self.home.draw()

    def _pointed_job(self) -> Job | None:
        """The job under the cursor, or the only one that runs; where neither is, it says how to point at one."""
        found = self.home.book.pointed_or_only(self._rows("#activity").pointed)
        if found is None:
            self.notify(self.home.words.tui.none_running)
        return found

    def action_look(self) -> None:
        """With the settings as they are now, onto a screen drawn anew."""
        self.home.draw_anew()
        self.home.look_anew()

    def action_speak(self) -> None:
        self.home.speak()

    def action_help(self) -> None:
        from arriero.tui.menu import help_text
        from arriero.tui.screens.dialogs import TextScreen

        self.app.push_screen(TextScreen(self.home.words.tui.help_title, help_text(self.home.words), self.home.words))
