"""A screen that may be closed at any moment: before anything is on it, or while what it waits for is still coming."""

from __future__ import annotations

from collections.abc import Awaitable

from textual.css.query import NoMatches
from textual.screen import Screen


class Opened:
    """`opened` is called once everything is on the screen."""

    def opened(self) -> Awaitable[None] | None:
        """What there is to do then."""

    async def on_mount(self) -> None:
        await self.while_open(self._opened())

    async def _opened(self) -> None:
        doing = self.opened()
        if doing is not None:
            await doing

    async def while_open(self, doing: Awaitable[None]) -> None:
        """What a screen lacks that is closed already is no fault: keys come faster than a busy machine draws."""
        assert isinstance(self, Screen)
        try:
            await doing
        except NoMatches:
            if self in self.app.screen_stack:
                raise
