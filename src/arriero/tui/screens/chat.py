"""A conversation with one active model, through the port that editors use; the answer is drawn as it comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Markdown, Static

from arriero.core.errors import ArrieroError
from arriero.stack.chat import ChatMessage, ChatTarget, ask, find_target
from arriero.stack.results import ChatStats
from arriero.tui.drawing import content
from arriero.tui.hints import plain_hint
from arriero.tui.host import Host
from arriero.tui.presenting import stats_text
from arriero.tui.screens.opened import Opened

if TYPE_CHECKING:
    from textual.worker import Worker

    from arriero.tui.app import ArrieroApp


async def find(host: Host, slot: str) -> ChatTarget:
    """Raises SlotInactive and what `open_world` raises."""
    return await find_target(await asyncio.to_thread(host.open_world), slot)


class ChatScreen(Opened, Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop_or_close", show=False, priority=True),
        Binding("ctrl+l", "begin_anew", show=False, priority=True),
    ]

    def __init__(self, target: ChatTarget) -> None:
        super().__init__()
        self._target = target
        self._history: list[ChatMessage] = []
        self._answering: Worker[None] | None = None  # while an answer is coming

    @property
    def home(self) -> ArrieroApp:
        return cast("ArrieroApp", self.app)

    def compose(self) -> ComposeResult:
        t = self.home.words.tui
        title = t.chat_title.format(slot=self._target.slot, model=self._target.model)
        yield Static(Content(title), id="header")
        yield VerticalScroll(id="talk", can_focus=False)
        yield Input(placeholder=t.chat_ask, id="ask")
        yield Static(content([plain_hint(t.hint_chat)]), id="hint")

    def opened(self) -> None:
        self._talk.anchor()
        self.query_one("#ask").focus()

    @property
    def _talk(self) -> VerticalScroll:
        return self.query_one("#talk", VerticalScroll)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        question = event.value.strip()
        if question and self._answering is None:
            event.input.clear()
            self._answering = self.run_worker(self.while_open(self._answer(question)))

    async def _answer(self, question: str) -> None:
        """The question joins the history with its answer, as much of it as came."""
        words = self.home.words
        answer, note = Markdown(open_links=False), Static(words.tui.chat_waiting, classes="note", markup=False)
        await self._talk.mount(Static(Content(question), classes="question"), answer, note)
        self._talk.anchor()
        self._history.append(ChatMessage("user", question))
        stream, told = Markdown.get_stream(answer), ""
        try:
            async for piece in ask(self._target, self._history):
                if isinstance(piece, ChatStats):
                    self._answering = None
                    note.update(stats_text(piece, words))
                    self.home.answered(self._target.slot, piece)
                else:
                    told += piece
                    await stream.write(piece)
        except ArrieroError as fault:
            note.update(Content(self.home.host.tell(fault, words.texts, planned=False)))
        except asyncio.CancelledError:
            note.update(words.tui.chat_stopped)
            raise
        finally:
            self._answering = None
            self._history.append(ChatMessage("assistant", told))
            await stream.stop()

    def action_stop_or_close(self) -> None:
        if self._answering is not None:
            self._answering.cancel()
        else:
            self.dismiss()

    async def action_begin_anew(self) -> None:
        if self._answering is None:
            self._history.clear()
            await self._talk.remove_children()
