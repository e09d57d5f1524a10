"""The app on a terminal: owns what is known, the jobs and the screens, and hands each change to the screen on top.

Invariant: everything that takes long is awaited or in a thread of its own; a fault is told and never ends the app.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.theme import Theme, ThemeProvider

from arriero.core.errors import ArrieroError
from arriero.hardware.usage import UsageMeter
from arriero.hardware.values import GpuSnapshot
from arriero.i18n import choose_language, describe_error, texts_of
from arriero.stack.results import ChatStats, StackStatus
from arriero.tui.doing import Picked
from arriero.tui.drawing import AsciiScrollBar
from arriero.tui.host import Host
from arriero.tui.interrupts import deaf_to_interrupts
from arriero.tui.jobs import JobBook, JobState
from arriero.tui.operations import Operation
from arriero.tui.presenting import Known
from arriero.tui.remembered import Remembered, recall
from arriero.tui.screens.main import MainScreen
from arriero.tui.watching import Watcher
from arriero.tui.words import Words

if TYPE_CHECKING:
    from arriero.gateway.results import GatewayStatus
    from arriero.tui.adjusting import Adjustable

INTERRUPTED = 130  # the exit code after SIGINT
_USAGE_EVERY_S = 2.0
_END_S = 10.0  # what cancelled jobs are given to put away what they have


class ArrieroApp(App[int]):
    """`run` returns the exit code."""

    CSS_PATH = "app.tcss"
    TITLE = "Arriero"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (64, "-normal"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-flat"),
        (10, "-short"),
        (22, "-normal-height"),
        (32, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    class JobChanged(Message):
        """A job has ended; posted from its thread."""

    def __init__(self, host: Host, words: Words, theme: str = "textual-dark", *, validates: bool = True) -> None:
        """`validates`: looks all over by itself once the first status is there."""
        super().__init__()
        self._validates = validates
        self.theme = self._kept_theme = theme
        self.host, self.words = host, words
        self.known = Known(Remembered())
        self.book = JobBook(host, self._job_ended)
        self.watcher = Watcher(host.open_world, self._seen, self._gateway_seen, self._card_seen, self._failed)
        self._usage = UsageMeter()
        self._told: set[int] = set()
        self.set_class(not words.unicode, "-ascii")
        self.set_class(self.console.color_system in (None, "standard"), "-few-colours")  # the subtle ones look alike
        ScrollBar.renderer = ScrollBarRender if words.unicode else AsciiScrollBar

    def _job_ended(self) -> None:
        self.post_message(self.JobChanged())

    def get_default_screen(self) -> Screen[object]:
        return MainScreen()

    def on_mount(self) -> None:
        self.set_interval(_USAGE_EVERY_S, self._measure)
        self.theme_changed_signal.subscribe(self, self._themed)
        self.app_resume_signal.subscribe(self, lambda _: self.call_after_refresh(self.draw_anew))
        self.call_after_refresh(self.run_worker, self._begin(), exit_on_error=True)

    async def _begin(self) -> None:
        """First what is remembered, then the truth, for as long as the app lives."""
        with suppress(ArrieroError):  # the watcher meets the same and tells it
            self._know(remembered=await asyncio.to_thread(lambda: recall(self.host.open_world())))
        self._measure()
        gc.freeze()  # what is imported stays, and is not looked through again
        gc.enable()
        await self.watcher.run()

    def _measure(self) -> None:
        self._fit_the_terminal()
        self._know(usage=self._usage.look())

    def _fit_the_terminal(self) -> None:
        """A size whose signal was lost (seen once in tmux, on a loaded machine) is taken up all the same."""
        with suppress(OSError):  # no terminal: a test's, or one that is gone
            size = Size(*os.get_terminal_size())
            if not self.is_headless and size != self.screen.size:
                self.post_message(Resize(size, size))

    def _seen(self, status: StackStatus) -> None:
        self._know(status=status, card=status.gpu, trouble=None)
        if self._validates:
            self._validates = False
            self.run_worker(self._validate(), group="validating", exclusive=True)

    async def _validate(self) -> None:
        """In a thread: tools are asked that may hang."""
        from arriero.tui.validation import validate

        with suppress(ArrieroError):  # the watcher meets the same and tells it
            self._take(await asyncio.to_thread(lambda: asyncio.run(validate(self.host.open_world()))))
            self.draw()

    async def run_command(self, command: Sequence[str]) -> None:
        """In the terminal itself, where it asks and where sudo may ask; then everything is looked at anew."""
        with self.suspend(), deaf_to_interrupts(self.interrupt):
            await asyncio.to_thread(self.host.run, (*command, f"--lang={self.words.texts.language}"))
            with suppress(EOFError):
                await asyncio.to_thread(input, self.words.tui.command_ended)
        self.look_anew()
        self.run_worker(self._validate(), group="validating", exclusive=True)

    def _gateway_seen(self, gateway: GatewayStatus | None) -> None:
        if gateway != self.known.gateway:
            self._know(gateway=gateway)

    def _card_seen(self, card: GpuSnapshot) -> None:
        self._know(card=card)

    def _failed(self, fault: ArrieroError) -> None:
        self._know(trouble=fault)

    def _know(self, **fields: object) -> None:
        self.known = replace(self.known, **fields)  # type: ignore[arg-type]
        self.draw()

    def draw(self) -> None:
        """The main screen shows what is known now; below a screen that hides it, when it is to be seen again."""
        self.known = replace(self.known, jobs=self.book.snapshots)
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen) and (screen is self.screen or self.screen.is_modal):
                screen.show(self.known, self.words)

    def draw_anew(self) -> None:
        """Every letter of it, for a terminal that something else was written to."""
        self.screen.refresh(layout=True)

    def on_arriero_app_job_changed(self) -> None:
        self.watcher.poke()
        for job in self.book.snapshots:
            if job.over and job.number not in self._told:
                self._told.add(job.number)
                self._take(job.result)
                if job.state is not JobState.CANCELLED:
                    self.show_result(job.number)
        self.draw()

    def _take(self, result: object) -> None:
        """What a result tells of the machine and of versions stays on the main screen."""
        from arriero.stack.version_results import CheckReport
        from arriero.tui.validation import Validation

        checked = result.versions if isinstance(result, Validation) else result
        if isinstance(result, Validation):
            self.known = replace(self.known, validation=result)
        if isinstance(checked, CheckReport):
            self.known = replace(self.known, checks={c.reference: c for c in checked.checks})

    def answered(self, slot: str, stats: ChatStats) -> None:
        self._know(answers={**(self.known.answers or {}), slot: stats})

    def show_result(self, number: int) -> None:
        """What a job came to, on a screen over the main one, unless someone is at something else."""
        from arriero.tui.screens.dialogs import TextScreen

        job = self.book.find(number)
        if job is None or not job.snapshot.over:
            return
        from arriero.tui.presenting_jobs import job_title
        from arriero.tui.telling import tell_job

        title, text = job_title(job.snapshot, self.words), tell_job(job.snapshot, self.host, self.words)
        if isinstance(self.screen, MainScreen):
            self.push_screen(TextScreen(title, text, self.words))
        else:
            self.notify(text.splitlines()[0], title=title, markup=False)

    def begin(self, operation: Operation, picked: Picked) -> None:
        if self.book.twin(operation, picked):
            self.notify(self.words.tui.busy_already)
            return
        self.book.begin(operation, picked)
        self.draw()

    async def action_leave(self) -> None:
        """Asks first where leaving would cancel something; twice at once means yes."""
        from arriero.tui.screens.dialogs import LeaveScreen

        if not self.book.running or isinstance(self.screen, LeaveScreen):
            self.exit(0)
            return
        self.push_screen(LeaveScreen(self.book.running, self.words), lambda leave: self.exit(0) if leave else None)

    def interrupt(self) -> None:
        """SIGINT from elsewhere; Ctrl-C is a key."""
        self.exit(INTERRUPTED)

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self.book.end_all, _END_S)
        await asyncio.to_thread(self.watcher.close)

    def speak(self) -> None:
        """The other language, everywhere."""
        self.words = self.words.other_language()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.draw()
        self._keep("lang", self.words.texts.language)

    def settings_changed(self, setting: Adjustable) -> None:
        """Language and theme at once, the rest with the next look."""
        if setting.name == "lang":
            language = choose_language(setting.text, self.host.keeping.environ)
            self.words = Words(texts_of(language), self.words.unicode)
        if setting.name == "theme":
            self.theme = self._kept_theme = setting.text
        self.look_anew()
        self.draw()

    def look_anew(self) -> None:
        """With the settings as they are now."""
        self.watcher.forget()
        self.watcher.poke()

    def _themed(self, theme: Theme) -> None:
        """Textual tells of the first one too."""
        if theme.name != self._kept_theme:
            self._kept_theme = theme.name
            self._keep("theme", theme.name)

    def _keep(self, name: str, value: str) -> None:
        """In the settings. What keeps from it is told; the choice counts for as long as the app runs."""
        self.run_worker(self._kept(name, value), group="keeping")

    async def _kept(self, name: str, value: str) -> None:
        try:
            await asyncio.to_thread(self.host.keeping.keep, (name,), value)
        except ArrieroError as fault:
            self.notify(describe_error(fault, self.words.texts), severity="warning", markup=False)

    def action_command_palette(self) -> None:
        from arriero.tui.commands import OperationCommands

        if not isinstance(self.screen, CommandPalette):
            search = self.words.tui.palette_search
            self.push_screen(CommandPalette(providers=[OperationCommands], placeholder=search))

    def search_themes(self) -> None:
        self.push_screen(CommandPalette(providers=[ThemeProvider], placeholder=self.words.tui.theme_search))

    def action_toggle_theme(self) -> None:
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def _fatal_error(self) -> None:
        """Textual would print the whole traceback; whoever opened us writes it to a file instead."""
        self._close_messages_no_wait()

    @property
    def defect(self) -> Exception | None:
        """What ended the app, if something did."""
        return self._exception
