"""A screen that may be closed before anything is on it: keys come faster than a busy machine draws."""

from __future__ import annotations

from collections.abc import Awaitable

from textual.css.query import NoMatches
from textual.screen import Screen


class Opened:
    """`opened` is called once everything is on the screen; on one that is already closed, what it lacks is no fault."""

    def opened(self) -> Awaitable[None] | None:
        """What there is to do then."""

    async def on_mount(self) -> None:
        assert isinstance(self, Screen)
        try:
            doing = self.opened()
            if doing is not None:
                await doing
        except NoMatches:
            if self.is_current:
                raise
