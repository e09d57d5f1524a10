"""The settings in the app: seen with their origins, changed, refused, taken back; what the app makes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.widgets import Input

from arriero.core.paths import places
from arriero.tui.drawing import Rows
from arriero.tui.screens.main import MainScreen
from arriero.tui.screens.settings import EditScreen, SettingsScreen
from ports import free_port
from tui_driver import Person, with_own_settings


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "arriero.toml").write_text("[slots.qwen]\ncontext = 8192\n")
    config = places().config
    config.mkdir(parents=True)
    (config / "arriero.toml").write_text("# mine\n")
    environ = {"ARRIERO_ENGINE__PARALLEL": "3"}
    flags = {"slots.demo.port": str(free_port())}
    async with with_own_settings(tmp_path / "project", flags, environ=environ) as someone:
        yield someone


def file_of(person: Person) -> str:
    return person.app.host.keeping.places.user_settings.read_text()


async def open_settings(person: Person) -> Rows:
    await person.press("s")
    await person.until_sees("Ajustes", "de fábrica", "proyecto, arriero.toml:2", "variable ARRIERO_ENGINE__PARALLEL")
    return person.app.screen.query_one("#settings", Rows)


async def point_at(person: Person, rows: Rows, key: str) -> None:
    rows.highlighted = rows.get_option_index(key)
    await person.pilot.pause()


def told(person: Person, *texts: str) -> bool:
    """In one notice, wherever its lines are broken."""
    return any(all(text in notice.message for text in texts) for notice in person.app._notifications)


async def settle(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, SettingsScreen))


async def test_a_value_is_picked_kept_and_counts_at_the_next_look(person: Person) -> None:
    rows = await open_settings(person)
    await point_at(person, rows, "slots.demo.context")
    await person.press("enter")
    await person.until(lambda: isinstance(person.app.screen, EditScreen))
    typed = person.app.screen.query_one("#answer", Input)
    assert typed.value == "4096"
    typed.value = "5"
    await person.press("enter")
    await person.until_sees("«slots.demo.context» va de 256 a 1048576, y aquí vale 5.")
    typed.value = "2048"
    await person.press("enter")
    await settle(person)
    await person.until_sees("Guardado: Contexto (tokens) = 2048", "tuyo, línea 4")
    assert file_of(person) == "# mine\n\n[slots.demo]\ncontext = 2048\n"

    def declared() -> int:
        status = person.app.known.status
        assert status
        return next(model.declared_context for model in status.models if model.id == "demo")

    await person.until(lambda: declared() == 2048)
    await person.press("delete")
    await person.until(lambda: declared() == 4096)
    assert file_of(person) == "# mine\n\n[slots.demo]\n"
    await person.press("escape")
    await person.until(lambda: isinstance(person.app.screen, MainScreen))


async def test_language_and_theme_at_once(person: Person) -> None:
    rows = await open_settings(person)
    await point_at(person, rows, "lang")
    await person.press("enter")
    await person.until(lambda: isinstance(person.app.screen, EditScreen))
    await person.press("end", "enter")
    await person.until_sees("Settings", "yours, line 1", "Kept: Language = en")
    await point_at(person, rows, "theme")
    await person.press("enter")
    await person.until(lambda: isinstance(person.app.screen, EditScreen))
    await person.press("down", "enter")
    await person.until(lambda: person.app.theme == "textual-light")
    assert set(file_of(person).splitlines()) == {'theme = "textual-light"', 'lang = "en"', "# mine"}
    await person.press("escape")
    await person.until_sees("Validate Installation")


@pytest.mark.parametrize(
    ("key", "place"), [("slots.qwen.context", "arriero.toml:2"), ("engine.parallel", "ARRIERO_ENGINE__PARALLEL")]
)
async def test_what_another_place_decides_is_refused_with_that_place(person: Person, key: str, place: str) -> None:
    rows = await open_settings(person)
    await point_at(person, rows, key)
    for pressed in ("enter", "delete"):
        await person.press(pressed)
        await person.until(lambda: told(person, place, "manda sobre lo que se elija aquí"))
        assert isinstance(person.app.screen, SettingsScreen)
    assert file_of(person) == "# mine\n"


async def test_a_file_that_became_wrong_is_told(person: Person) -> None:
    mine = person.app.host.keeping.places.user_settings
    mine.write_text("lang = 3\n")
    await person.press("s")
    await person.until(lambda: told(person, "arriero.toml:1"))
    mine.write_text("")
    await person.press("escape")
    await person.until(lambda: isinstance(person.app.screen, MainScreen))
