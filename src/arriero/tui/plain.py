"""The same menu as numbered lines: for screen readers, pipes and terminals that cannot move their cursor. 0 leaves.

Invariant: one operation at a time, told when it has ended; the end of input leaves, whatever was being asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TextIO

from arriero.core.errors import ArrieroError
from arriero.core.progress import Report
from arriero.i18n import choose_language, texts_of
from arriero.i18n.settings_texts import SettingsTexts, settings_texts_of
from arriero.registry.control import PullControl
from arriero.stack.chat import ChatMessage, ChatTarget, ask, find_target
from arriero.stack.logs import logs
from arriero.stack.results import ChatStats, StackStatus
from arriero.stack.status import status
from arriero.tui.adjusting import Adjustable, about_setting, adjustables, setting_rows, why_refused
from arriero.tui.choices import ask_text, choices_of, command_of, typed
from arriero.tui.doing import Deed, Picked
from arriero.tui.foreseeing import context_key, foresee_now, world_for
from arriero.tui.host import Host
from arriero.tui.operations import OPERATIONS, Operation, Pick
from arriero.tui.presenting import Known, present_main, stats_text
from arriero.tui.remembered import Remembered
from arriero.tui.telling import nothing_planned, tell_plan, tell_result
from arriero.tui.validation import Validation, validate
from arriero.tui.view import plain
from arriero.tui.words import Words

_LOG_LINES = 50


class Left(Exception):
    """The input has ended."""


class PlainMenu:
    """`read` gives a line of input without its end, None at the end; `close` ends a line of progress."""

    def __init__(
        self,
        host: Host,
        words: Words,
        read: Callable[[], str | None],
        out: TextIO,
        report: Report,
        close: Callable[[], None],
    ) -> None:
        self._host, self._words, self._read, self._out = host, words, read, out
        self._report, self._close = report, close
        self._seen: Validation | None = None

    def run(self) -> int:
        """Until 0 or the end of input. Returns the exit code."""
        try:
            while True:
                names = [self._words.tui.operations[operation.name] for operation in OPERATIONS]
                self._carry_out(self._overview)
                number = self._number(names, self._words.tui.plain_leave)
                if number == 0:
                    return 0
                self._carry_out(partial(self._operate, OPERATIONS[number - 1]))
        except Left:
            return 0

    def _carry_out(self, step: Callable[[], None]) -> None:
        """A fault is told, and the menu goes on; Ctrl-C ends the operation alone."""
        try:
            step()
        except KeyboardInterrupt:
            self._close()
            self._say("", self._words.tui.cancelled)
        except ArrieroError as fault:
            self._close()
            self._say(self._host.tell(fault, self._words.texts, planned=False))
        finally:
            self._close()

    def _overview(self) -> None:
        view = present_main(Known(Remembered(), self._look()), self._words)
        self._say("", plain(view.header), *(row.text for row in (*view.models, *view.activity)), "")

    def _look(self) -> StackStatus:
        return asyncio.run(status(self._host.open_world()))

    def _operate(self, operation: Operation) -> None:
        picked = self._pick(operation)
        if picked is None:
            return
        for asked in operation.asks:
            picked = typed(picked, asked, self._ask(f"{ask_text(asked, self._words)}: ").strip())
        if operation.command:
            self._host.run((*command_of(operation, picked), f"--lang={self._words.texts.language}"))
        elif operation.name == "bench":
            assert picked.slot is not None
            self._host.run(("bench", picked.slot, "--quick", f"--lang={self._words.texts.language}"))
        elif operation.name == "settings":
            self._settings()
        elif operation.name == "chat":
            self._chat(picked)
        elif operation.name == "logs":
            self._say(*asyncio.run(self._log_lines(picked)))
        elif agreed := self._confirmed(operation, picked) if operation.planned else picked:
            result = self._act(operation, agreed)
            self._close()
            self._say(tell_result(result, self._host, self._words, planned=False))

    def _pick(self, operation: Operation) -> Picked | None:
        if operation.pick is Pick.NOTHING:
            return Picked()
        if operation.pick is Pick.MENDABLE:  # looked for now: what was found before may be mended
            self._seen = asyncio.run(validate(self._host.open_world()))
        choices = choices_of(operation, self._look(), self._words, self._seen)
        if not choices:
            self._say(self._words.tui.choose_nothing)
            return None
        self._say(self._words.tui.plain_pick)
        number = self._number([choice.text for choice in choices], self._words.tui.plain_back)
        return choices[number - 1].picked if number else None

    def _confirmed(self, operation: Operation, picked: Picked) -> Picked | None:
        """What was agreed to: another context is another plan, and is asked about anew."""
        foreseen = asyncio.run(foresee_now(self._host, operation, picked))
        self._say(tell_plan(foreseen, self._host, self._words))
        if nothing_planned(foreseen.result):
            return None
        t = self._words.tui
        answer = self._ask(t.plain_confirm_context if foreseen.context else t.plain_confirm).strip()
        if foreseen.context and answer.isdecimal():
            return self._confirmed(operation, replace(picked, context=int(answer)))
        return picked if answer[:1] in tuple(t.plain_yes) else None

    def _act(self, operation: Operation, picked: Picked) -> object:
        assert operation.act is not None  # chat and logs have been told apart
        world = world_for(self._host, picked)
        result = asyncio.run(_awaited(operation, Deed(world, picked, self._report, PullControl())))
        if picked.context is not None:
            self._host.keeping.keep(context_key(world, picked), picked.context)
        return result

    def _settings(self) -> None:
        """One of them, until 0."""
        t, keeping = settings_texts_of(self._words.texts.language), self._host.keeping
        while True:
            found = adjustables(keeping.settings(), keeping.places.home)
            rows = {row.key: row.text.strip() for row in setting_rows(found, keeping, self._words)}
            self._say(t.pick)
            number = self._number([self._named(each, rows, t) for each in found], self._words.tui.plain_back)
            if number == 0:
                return
            self._carry_out(partial(self._change, found[number - 1], t))

    def _named(self, setting: Adjustable, rows: Mapping[str, str], t: SettingsTexts) -> str:
        slot = "" if setting.group in t.groups else f"{setting.group}: "
        return f"{slot}{rows[setting.dotted]}"

    def _change(self, setting: Adjustable, t: SettingsTexts) -> None:
        """What is overruled elsewhere is refused before anybody types."""
        keeping = self._host.keeping
        keeping.require_ours(setting.path)
        self._say(about_setting(setting, self._words))
        answer = self._ask(t.typed).strip()
        if not answer:
            self._say(t.unchanged)
            return
        try:
            keeping.reset(setting.path) if answer == "-" else keeping.change(setting.path, answer)
        except ArrieroError as fault:
            self._say(why_refused(fault, self._words))
            return
        if setting.name == "lang":
            self._words = Words(texts_of(choose_language(answer, keeping.environ)), self._words.unicode)
        self._say(t.kept.format(label=t.labels[setting.name], value=answer))

    def _chat(self, picked: Picked) -> None:
        """Until an empty line."""
        assert picked.slot is not None
        target = asyncio.run(find_target(self._host.open_world(), picked.slot))
        history: list[ChatMessage] = []
        while question := self._ask(self._words.tui.plain_question).strip():
            history.append(ChatMessage("user", question))
            answer, stats = asyncio.run(_answer(target, history, self._write))
            history.append(ChatMessage("assistant", answer))
            self._say("", stats_text(stats, self._words))

    async def _log_lines(self, picked: Picked) -> list[str]:
        assert picked.slot is not None
        reading = logs(self._host.open_world(), picked.slot, tail=_LOG_LINES, follow=False)
        return [text async for text in reading]

    def _number(self, entries: Sequence[str], leave: str) -> int:
        """A number of the list, 0 for `leave`; asked until it is one. Raises Left."""
        width = len(str(len(entries)))
        self._say(*(f"{number:>{width}}  {entry}" for number, entry in enumerate(entries, 1)), f"{0:>{width}}  {leave}")
        while True:
            text = self._ask(self._words.tui.plain_prompt).strip()
            if text.isdecimal() and int(text) <= len(entries):
                return int(text)
            self._say(self._words.tui.plain_unknown.format(text=text))

    def _ask(self, prompt: str) -> str:
        self._write(prompt)
        text = self._read()
        if text is None:
            self._write("\n")
            raise Left
        return text

    def _say(self, *lines: str) -> None:
        self._write("".join(f"{text}\n" for text in lines))

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


async def _awaited(operation: Operation, deed: Deed) -> object:
    assert operation.act is not None
    return await operation.act(deed)


async def _answer(
    target: ChatTarget, history: list[ChatMessage], write: Callable[[str], None]
) -> tuple[str, ChatStats]:
    answer, stats = "", None
    async for piece in ask(target, history):
        if isinstance(piece, ChatStats):
            stats = piece
        else:
            answer += piece
            write(piece)
    assert stats is not None  # `ask` ends with them or raises
    return answer, stats
