"""The app over the real stack: a day's work by keys, and what must not disturb it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
from textual.events import Key
from textual.widgets import Log

from arriero.config.loading import load
from arriero.core.ids import Reference
from arriero.core.paths import places
from arriero.doctor.check import Grade
from arriero.i18n import Language
from arriero.stack.watching import watch
from arriero.stack.world import World
from arriero.store import Store, media
from arriero.tui.jobs import JobState
from arriero.tui.keeping import Keeping
from arriero.tui.presenting import present_main
from arriero.tui.screens.dialogs import ChooseScreen, TextScreen
from arriero.tui.screens.main import MainScreen
from ports import free_port
from stack_world import REFERENCE, all_down, install, make_world
from tui_driver import Person, sitting

Open = Callable[[], World]


@pytest.fixture
async def opens(tmp_path: Path) -> AsyncIterator[Open]:
    """A way to the installation, opened anew each time: the demo slot and another; nothing installed."""
    demo, second = free_port(), free_port()

    def open_world() -> World:
        return make_world(tmp_path / "project", demo, second)

    yield open_world
    await all_down(open_world())


@pytest.fixture
def installed(opens: Open, demo_gguf: Path) -> Open:
    """With the demo model there, made to end (it may go on for minutes), but not so soon that it cannot be stopped."""
    store: Store = install(opens(), demo_gguf, REFERENCE)
    model = store.get(Reference.parse(REFERENCE))
    params = store.add_bytes(b'{"num_predict":400,"temperature":0,"stop":["<|im_end|>"]}', media.PARAMS)
    kept = [layer for layer in model.layers if layer.media_type != media.PARAMS]
    store.write_manifest(model.reference, model.config_layer, [*kept, params])
    return opens


def url(opens: Open) -> str:
    slot = opens().configuration.slot("demo")
    assert slot
    return f"http://127.0.0.1:{slot.port}/v1"


async def activate_demo(person: Person) -> None:
    await person.press("3")
    await person.until_sees("demo 135m")
    await person.press("end", "enter")
    await person.until_sees("arrancar demo")
    await person.press("enter")
    await person.until_sees("responde en", "Hecho en")
    await person.press("escape")
    await person.until(lambda: isinstance(person.app.screen, MainScreen))


async def test_a_days_work(installed: Open) -> None:
    async with sitting(installed, (100, 30)) as person:
        await activate_demo(person)
        await person.until_sees("● demo", url(installed), "CPU")
        await person.press("end", "enter")
        await person.until(lambda: person.app.clipboard == url(installed))

        await person.press("8")
        await person.until_sees("Chat con demo")
        await person.type("What is the capital of France?")
        await person.press("enter")
        await person.until_sees("tokens/s")
        await person.type("Tell me a very long story about a mule.")
        await person.press("enter")
        await person.until_sees("about a mule", "pensando")
        await person.press("escape")
        await person.until_sees("(interrumpido)")
        await person.press("ctrl+l")
        await person.until_not("interrumpido")
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        await person.until_sees("tokens/s")

        await search_the_log(person)

        await person.press("c")
        await person.until_sees("Conectar Editor", "Se escribiría", "Adelante")
        await person.press("enter")
        await person.until(lambda: person.app.book.snapshots[0].state is JobState.DONE)
        await person.until(lambda: isinstance(person.app.screen, TextScreen))
        await person.press("escape")

        await person.press("4")
        await person.until(lambda: isinstance(person.app.screen, ChooseScreen))
        await person.press("enter")
        await person.until_sees("parar demo")
        await person.press("enter")
        await person.until_sees("parado en", "devuelve")
        await person.press("escape")
        await person.until_sees("○ demo")
        await person.press("q")
    assert person.app.return_value == 0


async def search_the_log(person: Person) -> None:
    await person.press("9")
    await person.until(lambda: isinstance(person.app.screen, ChooseScreen))
    await person.press("enter")
    await person.until_sees("Registro de demo", "siguiendo")
    lines = person.app.screen.query_one(Log)
    await person.until(lambda: lines.line_count > 1)
    whole = lines.line_count
    await person.press("slash")
    await person.type("listening")
    await person.until_sees("listening on")
    await person.until(lambda: 0 < lines.line_count < whole)
    await person.press("enter", "f")
    await person.until_sees("parado")
    await person.press("slash", "escape")
    await person.until(lambda: lines.line_count >= whole)
    await person.press("escape")
    await person.until(lambda: isinstance(person.app.screen, MainScreen))


async def test_an_engine_killed_elsewhere_shows_with_its_drift_and_all_is_off_with_one_key(
    installed: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by the backend: the app does not look by itself meanwhile."""
    monkeypatch.setattr(watch, "__defaults__", (3600.0,))
    async with sitting(installed) as person:
        await activate_demo(person)
        (model,) = [m for m in person.app.known.status.models if m.id == "demo"]  # type: ignore[union-attr]
        assert model.pid
        os.kill(model.pid, signal.SIGKILL)
        await person.press("end")
        await person.until_sees("rearranques: 1", "● demo")
        (model,) = [m for m in person.app.known.status.models if m.id == "demo"]  # type: ignore[union-attr]
        supervisor = psutil.Process(model.pid).parent()
        assert supervisor
        supervisor.kill()
        await person.until_sees("▲ demo: debería estar activo y no está")
        await person.press("a")
        await person.until_sees("arrancar demo")
        await person.press("enter")
        await person.until_sees("responde en")
        await person.press("escape")
        await person.until_sees("● demo")
        await person.press("5")
        await person.until_sees("Desactivar Stack Completo", "parar demo")
        await person.press("enter")
        await person.until_sees("parado en", "devuelve", "Hecho en")
        await person.press("escape")
        await person.until_sees("○ demo")
        assert "▲ demo" not in person.sees


async def test_a_plan_that_is_refused_changes_nothing(installed: Open) -> None:
    async with sitting(installed) as person:
        await person.press("3")
        await person.until_sees("demo 135m")
        await person.press("end", "enter")
        await person.until_sees("arrancar demo")
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        assert person.app.book.snapshots == ()


async def test_a_failing_operation_tells_why_and_leaves_the_app_usable(installed: Open) -> None:
    slot = installed().configuration.slot("demo")
    assert slot
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", slot.port))
        squatter.listen()
        async with sitting(installed) as person:
            await person.press("3")
            await person.until_sees("demo 135m")
            await person.press("end", "enter")
            await person.until_sees("arrancar demo")
            await person.press("enter")
            await person.until_sees("Error:", str(slot.port), "ss -ltnp")
            await person.press("escape", "question_mark")
            await person.until_sees("Ayuda")


async def test_the_doctor_looks_by_itself_and_on_its_key(opens: Open) -> None:
    async with sitting(opens, (120, 60), validates=True) as person:
        await person.until(lambda: person.app.known.validation)
        assert person.app.known.validation
        found = {one.check.code: one.grade for one in person.app.known.validation.checked}
        amiss = [code for code, grade in found.items() if grade in (Grade.ERROR, Grade.WARNING)]
        keys = {row.key for row in present_main(person.app.known, person.app.words).activity}
        assert {f"check-{code}" for code in amiss} <= keys
        await person.press("1")
        await person.until(lambda: isinstance(person.app.screen, TextScreen))
        await person.until_sees("Consejos", "Tarjeta NVIDIA")
        assert person.app.known.validation.checked


async def test_a_plan_that_cannot_be_made_says_why_and_offers_nothing_but_closing(opens: Open) -> None:
    async with sitting(opens) as person:
        await person.press("c")
        await person.until_sees("Conectar Editor", "Así no se puede hacer", "ningún modelo activo", "Cerrar")
        assert "Adelante" not in person.sees
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, MainScreen))


async def test_a_broken_configuration_shows_when_an_operation_reads_it(opens: Open, tmp_path: Path) -> None:
    settings = tmp_path / "project" / "arriero.toml"

    def opening() -> World:
        from dataclasses import replace

        from arriero.config.loading import load
        from arriero.core.paths import places
        from arriero.stack.world import open_world

        return open_world(load({"backend": "native"}, {}, replace(places(), root=tmp_path / "project")))

    opens()
    async with sitting(opening) as person:
        settings.write_text('lang = "fr"\n')
        await person.press("1")
        await person.until_sees("La configuración no vale", "arriero.toml:1")
        await person.press("escape")
        assert isinstance(person.app.screen, MainScreen)


async def test_the_other_language_at_once(opens: Open) -> None:
    async with sitting(opens, language=Language.EN) as person:
        assert "Validate Installation" in person.sees
        await person.press("i")
        await person.until_sees("Validar Instalación", "Actividad")
        await person.press("ctrl+p")
        await person.until_sees("Busca una orden")
        await person.type("limpiar")
        await person.until_sees("Limpiar Almacén")
        await person.until(lambda: load({}, {}, places()).settings.language == "es")


async def test_light_and_dark(opens: Open) -> None:
    async with sitting(opens) as person:
        before = person.app.current_theme.dark
        await person.press("t")
        await person.until(lambda: person.app.current_theme.dark is not before)
        await person.until(lambda: load({}, {}, places()).settings.theme == person.app.theme)


async def test_what_would_not_count_is_not_kept_and_said(opens: Open) -> None:
    elsewhere = {"ARRIERO_THEME": "nord"}
    async with sitting(opens, keeping=Keeping(lambda _: opens(), elsewhere, places())) as person:
        await person.press("t")
        await person.until_sees("ARRIERO_THEME", "manda sobre")
        assert not places().user_settings.exists()


async def test_a_mouse_will_do(opens: Open) -> None:
    async with sitting(opens) as person:
        await person.pilot.click("#menu", offset=(5, 1))
        await person.until_sees("Consejos")


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (10, 3), (250, 70)])
async def test_terminals_of_every_size(opens: Open, size: tuple[int, int]) -> None:
    async with sitting(opens, size) as person:
        for key in ("tab", "down", "3", "escape", "question_mark", "escape", "1"):
            await person.press(key)
        await person.until(lambda: person.app.book.snapshots[0].over)
        await person.pilot.resize_terminal(60, 12)
        await person.press("escape", "escape")
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        assert "○" in person.sees


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (60, 12), (40, 5)])
async def test_a_dialog_has_its_buttons_on_every_terminal(installed: Open, size: tuple[int, int]) -> None:
    async with sitting(installed, size) as person:
        await person.press("3")
        await person.until(lambda: isinstance(person.app.screen, ChooseScreen))
        await person.press("end", "enter")
        await person.until_sees("Adelante", "Cancelar")
        await person.until(lambda: person.app.focused and person.app.focused.id == "yes")


async def test_more_room_shows_more(opens: Open) -> None:
    async with sitting(opens, (80, 24)) as person:
        files = "mistral:7b-instruct-v0.3-q4_K_M · 7b"
        assert files not in person.sees
        await person.pilot.resize_terminal(140, 40)
        await person.until_sees(files)
        await person.pilot.resize_terminal(80, 24)
        await person.until_not(files)


@pytest.mark.parametrize("size", [(80, 24), (80, 28), (80, 32), (100, 30), (110, 36), (140, 40), (200, 60)])
async def test_what_is_shown_of_models_is_as_much_as_there_is_room_for(opens: Open, size: tuple[int, int]) -> None:
    async with sitting(opens, size) as person:
        models, details = person.app.screen.query_one("#models"), person.app.screen.query_one("#details")
        main = person.app.screen
        assert isinstance(main, MainScreen)
        room = main._room(person.app.known)
        needed = sum(len(row.lines) for row in present_main(person.app.known, person.app.words, room).models)
        assert models.size.height == room.model_rows
        assert needed <= room.model_rows or size == (80, 24)
        assert models.max_scroll_y == max(0, needed - room.model_rows)
        assert room.model_columns <= models.size.width - 2
        assert details.size.width >= room.model_columns + 1


async def test_a_terminal_without_unicode(opens: Open) -> None:
    async with sitting(opens, (80, 24), language=Language.EN, unicode=False) as person:
        assert "o demo" in person.sees
        await person.press("1")
        await person.until_sees("- NVIDIA card: none")
        assert {letter for letter in person.sees if not letter.isascii()} <= {"ñ"}  # letters of words, no signs


async def test_no_colours(opens: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with sitting(opens) as person:
        await person.press("3")
        await person.until_sees("demo 135m")
        picture = person.app.export_screenshot()
        frame = {"c5c8c6"}  # the picture's own, around the screen
        colours = set(re.findall(r"(?:fill|color): ?#([0-9a-f]{6})", picture)) - frame
        assert colours
        assert [colour for colour in colours if len({colour[:2], colour[2:4], colour[4:]}) > 1] == []


async def test_keys_mashed(opens: Open) -> None:
    async with sitting(opens) as person:
        await person.press(*("1n1n3" * 6), "escape", "escape", "5", "5", "escape", "tab", "enter", "escape")
        await person.press(*["escape"] * 6)
        await person.until(lambda: not person.app.book.running)
        await person.press(*["escape"] * 4)
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        assert {job.state for job in person.app.book.snapshots} == {JobState.DONE}


async def test_what_is_closed_before_there_is_anything_on_it(opens: Open) -> None:
    async with sitting(opens) as person:
        for key, letter in (
            ("5", "5"),
            ("3", "3"),
            ("9", "9"),
            ("question_mark", "?"),
            ("ctrl+p", None),
            ("m", "m"),
        ) * 3:
            for pressed in (Key(key, letter), Key("escape", None)):
                person.app.post_message(pressed)  # without waiting for what it leads to
            await person.pilot.pause(0.02)
        await person.press(*["escape"] * 4)
        await person.until(lambda: isinstance(person.app.screen, MainScreen))


async def test_two_hundred_slots_with_long_names(tmp_path: Path) -> None:
    slots = "\n".join(
        f'[slots.s{i:03d}]\nport = {20000 + i}\ntitle = "{"t" * 80}"\n'
        f'[slots.s{i:03d}.variants.v]\nreference = "{"m" * 70}{i:03d}:1"\n'
        for i in range(200)
    )
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "arriero.toml").write_text(slots)
    port = free_port()
    async with sitting(lambda: make_world(tmp_path / "project", port), (80, 24)) as person:
        await person.press("end")
        await person.until_sees("s199")
        await person.press("3", "end")
        await person.until_sees("s199 v")


async def test_a_model_that_vanishes_under_the_cursor(tmp_path: Path) -> None:
    port = free_port()
    settings = tmp_path / "project" / "arriero.toml"
    make_world(tmp_path / "project", port, free_port())
    async with sitting(lambda: make_world(tmp_path / "project", port)) as person:
        assert isinstance(person.app.screen, MainScreen)
        await person.press("down", "down")
        pointed = person.app.screen.pointed_slot
        settings.unlink()
        await person.press("r")
        await person.until(lambda: "Second" not in person.sees)
        assert pointed
        assert person.app.screen.pointed_slot in {m.id for m in person.app.known.status.models}  # type: ignore[union-attr]


async def test_a_model_that_another_program_brings_or_deletes_shows_by_itself(opens: Open, demo_gguf: Path) -> None:
    async with sitting(opens) as person:
        await person.press("end")
        await person.until_sees("no instalado")
        store = install(opens(), demo_gguf, REFERENCE)
        version = store.get(Reference.parse(REFERENCE)).digest[:12]
        await person.until_sees(version)
        store.delete(Reference.parse(REFERENCE))
        await person.until_not(version)


HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


async def test_a_database_that_another_process_holds_is_told_and_the_keys_still_answer(installed: Open) -> None:
    file = installed().configuration.settings.database
    async with sitting(installed) as person:
        holder = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", HOLDER, str(file)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert holder.stdout
            assert await holder.stdout.readline() == b"held\n"
            await person.press("3")
            await person.until_sees("demo 135m")
            await person.press("end", "enter")
            await person.until_sees("arrancar demo")
            await person.press("enter")
            await person.until(lambda: person.app.book.running)
            await person.press("question_mark")
            await person.until_sees("Ayuda")
            assert person.app.book.running
            await person.press("escape")
            await person.until(lambda: person.app.book.snapshots[0].over)
            fault = person.app.book.snapshots[0].fault
            assert fault
            assert fault.code == "state.locked"
            await person.until_sees("tiene bloqueada la base de datos", "fuser")
        finally:
            holder.kill()
            await holder.wait()
        await person.press("escape")
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        await activate_demo(person)


async def test_leaving_while_something_runs_asks_and_cancels(opens: Open) -> None:
    async with sitting(opens) as person:
        from arriero.tui.doing import Deed, Picked
        from arriero.tui.operations import Operation, Pick

        async def act(_: Deed) -> object:
            await asyncio.Event().wait()
            return None

        person.app.begin(Operation("down", "5", Pick.NOTHING, act), Picked())
        await person.until_sees("◐ Desactivar Stack Completo")
        await person.press("q")
        await person.until_sees("Hay tareas en marcha (1)")
        await person.press("escape", "q")
        await person.until_sees("¿Salir?")
        await person.press("shift+tab", "enter")
    assert person.app.return_value == 0
    assert person.app.book.snapshots[0].state is JobState.CANCELLED
