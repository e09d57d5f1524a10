"""The app with what it knows made by hand: it looks at nothing, so that a picture of it is the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from arriero.core.paths import places
from arriero.tui import app
from arriero.tui.app import ArrieroApp
from arriero.tui.jobs import JobSnapshot
from arriero.tui.keeping import Keeping
from arriero.tui.presenting import Known
from arriero.tui.words import Words
from tui_driver import host_of


class Shelf:
    """Jobs that stand still."""

    def __init__(self, jobs: tuple[JobSnapshot, ...]) -> None:
        self.snapshots = jobs
        self.running = sum(not job.over for job in jobs)

    def find(self, number: int) -> Shelf | None:
        return next((Shelf((job,)) for job in self.snapshots if job.number == number), None)

    @property
    def snapshot(self) -> JobSnapshot:
        return self.snapshots[0]

    def end_all(self, _: float) -> None:
        """There is nothing to end."""


def _no_world(*_: object) -> Any:
    """What screens ask it for is scripted by the test."""


class Still(ArrieroApp):
    """`settings`: the text of the user's file."""

    CSS_PATH = str(Path(app.__file__).with_name(str(ArrieroApp.CSS_PATH)))

    def __init__(self, known: Known, words: Words, theme: str, folder: Path, settings: str = "") -> None:
        here = replace(places(), root=folder, config=folder / "config", home=folder, models=folder / "models")
        here.config.mkdir()
        here.user_settings.write_text(settings)
        environ: Mapping[str, str] = {"ARRIERO_ENGINE__PARALLEL": "2"}
        keeping = Keeping(_no_world, environ, here)
        super().__init__(host_of(_no_world, keeping=keeping, unicode=words.unicode), words, theme, validates=False)
        self.set_class(False, "-few-colours")  # whatever terminal the tests have
        self.known = known
        shelf: Any = Shelf(known.jobs)
        self.book = shelf

    async def _begin(self) -> None:
        """It begins with all that it will know."""
        self.draw()

    def _measure(self) -> None:
        """Nothing changes."""
