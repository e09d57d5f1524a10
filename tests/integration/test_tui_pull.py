"""Downloads in the app: what they will take, how far they are, paused, gone on with and cancelled; a real registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from registry_server import stock_registry
from version_world import Publisher, make_world

from arriero.stack.world import World
from arriero.tui.jobs import JobState
from tui_driver import Person, sitting


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture
async def person(registry: str, tmp_path: Path, demo_gguf: Path) -> AsyncIterator[Person]:
    """With a slot `tiny` whose model is in the registry only."""
    publisher = Publisher.make(registry, tmp_path / "publisher", demo_gguf)
    await publisher.publish("1")

    def opens() -> World:
        return make_world(tmp_path / "project", publisher.reference("1"))

    async with sitting(opens) as someone:
        yield someone


async def begin(person: Person) -> None:
    await person.press("g")
    await person.until_sees("tiny 135m", "98,4 MB")
    await person.press("home", "down", "enter")
    await person.until_sees("Se descargaría", "98,4 MB")


async def test_a_download_is_planned_done_and_told(person: Person) -> None:
    await begin(person)
    await person.press("enter")
    await person.until_sees("Descargado", "./main.sh activar tiny")
    await person.press("escape", "n")
    await person.until_sees("al día")
    await person.press("escape", "v", "enter")
    await person.until_sees("Comprobado todo")


async def test_a_download_is_paused_gone_on_with_and_cancelled(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from arriero.registry.control import PullControl

    monkeypatch.setattr(PullControl, "__init__", _slowly(PullControl.__init__))
    await begin(person)
    await person.press("enter")
    await person.until(lambda: person.app.book.snapshots and person.app.book.snapshots[0].progress)
    await person.until_sees("◐ Descargar Modelo: tiny 135m", "%", "/s", "quedan")
    await person.press("p")
    await person.until_sees("en pausa")
    await person.press("p")
    await person.until_not("en pausa")
    await person.press("x")
    await person.until(lambda: person.app.book.snapshots[0].state is JobState.CANCELLED)
    await person.until_sees("cancelado")


def _slowly(init):  # type: ignore[no-untyped-def]
    """The control as it is, with a limit that leaves time to press keys."""

    def limited(self, limit_bytes_per_s=None):  # type: ignore[no-untyped-def]
        init(self, 2_000_000)

    return limited
