"""Drives the app as a person would: keys in, the words on the screen out; over a real installation."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.pilot import Pilot

from arriero.cli.look import Look
from arriero.cli.render.any import render_any
from arriero.config.loading import load
from arriero.core.errors import ArrieroError, InternalError
from arriero.core.paths import places
from arriero.i18n import Language, Texts, texts_of
from arriero.stack.world import World, open_world
from arriero.tui.app import ArrieroApp
from arriero.tui.host import Host
from arriero.tui.keeping import Keeping
from arriero.tui.words import Words
from stack_world import all_down

LIMIT_S = 60.0


def host_of(open_world: Callable[[], World], *, keeping: Keeping | None = None, unicode: bool = True) -> Host:
    """Without `keeping`, what is kept goes to the test's own home, and another context opens the same world."""

    def tell(result: object, texts: Texts, *, planned: bool) -> str:
        return render_any(result, Look(texts, unicode=unicode), planned=planned)

    def defect(fault: BaseException) -> ArrieroError:
        return InternalError(type(fault).__name__, str(fault))

    here = keeping or Keeping(lambda _: open_world(), {}, places())
    return Host(open_world, tell, defect, here, _run, unicode)


def _run(words: Sequence[str]) -> int:
    raise AssertionError(f"needs a terminal: {words}")


@dataclass(frozen=True)
class Person:
    """Somebody before the terminal."""

    app: ArrieroApp
    pilot: Pilot[int]

    @property
    def sees(self) -> str:
        """The screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.press(*("space" if letter == " " else letter for letter in text))

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < deadline, f"did not come about in {LIMIT_S} s:\n{self.sees}"
            await self.pilot.pause(0.02)

    async def until_sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.sees for text in texts))

    async def until_not(self, text: str) -> None:
        await self.until(lambda: text not in self.sees)


@asynccontextmanager
async def with_own_settings(
    root: Path, flags: Mapping[str, str], *, environ: Mapping[str, str] | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Person]:
    """With settings of its own, read and written as the program does. `flags`: what the test needs to be elsewhere."""
    here = replace(places(), root=root)
    here.config.mkdir(parents=True, exist_ok=True)
    own = {"backend": "native", "docker.project": os.environ["ARRIERO_DOCKER__PROJECT"], **flags}

    def open_with(given: Mapping[str, str]) -> World:
        return open_world(load({**own, **given}, environ or {}, here))

    try:
        keeping = Keeping(open_with, environ or {}, here)
        async with sitting(lambda: open_with({}), size, keeping=keeping) as someone:
            yield someone
    finally:
        await all_down(open_with({}))


@asynccontextmanager
async def sitting(
    open_world: Callable[[], World],
    size: tuple[int, int] = (120, 40),
    *,
    language: Language = Language.ES,
    keeping: Keeping | None = None,
    unicode: bool = True,
    validates: bool = False,
) -> AsyncIterator[Person]:
    """The app running in a terminal of that size, with its first true look done; the doctor looks only if asked to."""
    app = ArrieroApp(
        host_of(open_world, keeping=keeping, unicode=unicode), Words(texts_of(language), unicode), validates=validates
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        person = Person(app, pilot)
        await person.until(lambda: app.known.status is not None or app.known.trouble is not None)
        await pilot.pause()
        yield person
