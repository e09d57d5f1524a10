"""Contexts, files and fits in the app: typed, planned, done, over the real stack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.widgets import Input

from arriero.core.paths import Places, places
from arriero.tui.jobs import JobState
from arriero.tui.screens.main import MainScreen
from ports import free_port
from stack_world import install_brief
from tui_driver import Person, with_own_settings


@pytest.fixture
async def person(tmp_path: Path, demo_gguf: Path) -> AsyncIterator[Person]:
    """With settings of its own, read and written as the program does; the demo model is installed."""
    install_brief(demo_gguf)
    config = places().config
    config.mkdir(parents=True)
    (config / "arriero.toml").write_text("# mine\n")
    async with with_own_settings(tmp_path / "project", {"slots.demo.port": str(free_port())}) as someone:
        yield someone


def kept(person: Person) -> Places:
    return person.app.host.keeping.places


async def done(person: Person) -> None:
    await person.until(lambda: person.app.book.snapshots and person.app.book.snapshots[0].over)
    assert person.app.book.snapshots[0].state is JobState.DONE, person.sees


async def test_another_context_is_planned_used_and_kept(person: Person) -> None:
    await person.press("3")
    await person.until_sees("demo 135m")
    await person.press("end", "enter")
    await person.until_sees("arrancar demo", "Memoria: hacen falta", "con un contexto de 4096", "Disco: quedan libres")
    context = person.app.screen.query_one("#context", Input)
    assert context.value == "4096"
    context.focus()
    await person.press("end", *["backspace"] * 4)
    await person.type("99999999")
    await person.until_sees("Así no se puede hacer")
    await person.press(*["backspace"] * 8)
    await person.type("2048")
    await person.until_sees("arrancar demo", "con un contexto de 2048")
    await person.press("enter", "enter")
    await done(person)
    assert [m.context for m in person.app.book.snapshots[0].result.models] == [2048]  # type: ignore[union-attr, attr-defined]
    assert kept(person).user_settings.read_text() == "# mine\n\n[slots.demo]\ncontext = 2048\n"
    await person.press("escape", "end", "r")
    await person.until_sees("contexto 2048")
    (model,) = [m for m in person.app.known.status.models if m.id == "demo"]  # type: ignore[union-attr]
    assert (model.declared_context, model.drift) == (2048, ())


async def test_a_model_goes_out_into_a_file_and_comes_back(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "model.tar"
    await person.press("e")
    await person.until_sees("demo 135m")
    await person.press("enter")
    await person.until_sees("Fichero")
    await person.type(str(file))
    await person.press("enter")
    await person.until_sees(file.name, "Adelante")
    await person.press("enter")
    await done(person)
    assert file.stat().st_size > 90_000_000
    await person.press("escape")
    await person.until(lambda: isinstance(person.app.screen, MainScreen))
    await person.press("o")
    await person.until_sees("Fichero")
    await person.type(str(file))
    await person.press("enter")
    await person.until_sees("vacío: el que traiga el fichero")
    await person.press("enter")
    await person.until_sees("smollm2", "Adelante")
    await person.press("escape")
    await person.until(lambda: isinstance(person.app.screen, MainScreen))


async def test_a_file_that_is_not_there_is_told_before_anything_is_done(person: Person) -> None:
    await person.press("o")
    await person.until_sees("Fichero")
    await person.type("~nobody/nothing.gguf")
    await person.press("enter")
    await person.until_sees("vacío")
    await person.type("demo")
    await person.press("enter")
    await person.until_sees("Así no se puede hacer", "nothing.gguf")


async def test_what_fits_and_what_the_machine_has(person: Person) -> None:
    await person.press("f")
    await person.until_sees("demo 135m")
    await person.press("end", "enter")
    await person.until_sees("smollm2:135m-instruct-q4_1", "4096")
    await person.press("escape", "h")
    await person.until(lambda: len(person.app.book.snapshots) == 2 and person.app.book.snapshots[0].over)
    await person.until_sees("RAM")
