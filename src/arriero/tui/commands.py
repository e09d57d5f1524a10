"""The command palette: every operation and what else the app can do, by name, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from arriero.tui.operations import OPERATIONS, Operation
from arriero.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from arriero.tui.app import ArrieroApp


class OperationCommands(Provider):
    def _all(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        app = cast("ArrieroApp", self.app)
        t = app.words.tui
        main = next(screen for screen in app.screen_stack if isinstance(screen, MainScreen))

        def operate(operation: Operation) -> Callable[[], object]:
            return lambda: main.operate(operation)

        for operation in OPERATIONS:
            yield t.operations[operation.name], t.about[operation.name], operate(operation)
        yield t.command_language, t.command_language_about, app.speak
        yield t.command_theme, t.command_theme_about, app.search_themes
        yield t.command_help, t.command_help_about, main.action_help
        yield t.command_leave, t.command_leave_about, lambda: app.call_later(app.action_leave)

    async def discover(self) -> Hits:
        for name, told, run in self._all():
            yield DiscoveryHit(name, run, help=told)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, told, run in self._all():
            if (score := matcher.match(f"{name} {told}")) > 0:
                yield Hit(score, matcher.highlight(name), run, text=name, help=told)
