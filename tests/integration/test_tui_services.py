"""The gateway and the guard in the app: how they are, on, off, each with its plan; their line on the main screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.gateway import keeping
from arriero.tui.jobs import JobState
from arriero.tui.screens.dialogs import ChooseScreen, TextScreen
from arriero.tui.screens.main import MainScreen
from arriero.tui.screens.planning import PlanScreen
from ports import free_port
from tui_driver import Person, with_own_settings


async def pick(person: Person, key: str, *keys: str) -> None:
    await person.press(key)
    await person.until(lambda: isinstance(person.app.screen, ChooseScreen))
    await person.press(*keys, "enter")
    await person.until(lambda: isinstance(person.app.screen, PlanScreen))


async def back(person: Person) -> None:
    await person.until(lambda: isinstance(person.app.screen, TextScreen))
    await person.press("escape")
    await person.until(lambda: isinstance(person.app.screen, MainScreen))


async def test_the_gateway_from_off_to_on_and_back(tmp_path: Path) -> None:
    demo, port = free_port(), free_port()
    flags = {"slots.demo.port": str(demo), "gateway.port": str(port)}
    async with with_own_settings(tmp_path / "project", flags) as person:
        try:
            assert "● Pasarela" not in person.sees
            await pick(person, "w")
            await person.until_sees("Pasarela: apagada", "Cerrar")
            assert "Adelante" not in person.sees
            await person.press("enter")
            await person.until(lambda: isinstance(person.app.screen, MainScreen))
            await pick(person, "w", "down")
            await person.until_sees("Se encendería la pasarela.", "Adelante")
            await person.press("enter")
            await person.until_sees("Pasarela encendida.", f"http://127.0.0.1:{port}/v1", "Peticiones en curso: 0")
            await back(person)
            await person.until_sees(
                f"● Pasarela  http://127.0.0.1:{port}/v1", "en curso: 0", "claves: 0", "✓ Pasarela: encender"
            )
            world = person.app.host.open_world()
            assert (await keeping.look(world)).state == "on"
            await pick(person, "w")
            await person.until_sees("Memoria:", "Lo que va diciendo:")
            await person.press("enter")
            await person.until(lambda: isinstance(person.app.screen, MainScreen))
            await pick(person, "w", "end")
            await person.until_sees("Se apagaría la pasarela.")
            await person.press("enter")
            await person.until_sees("Pasarela apagada.")
            await back(person)
            await person.until_not("● Pasarela")
            assert (await keeping.look(world)).state == "off"
            await pick(person, "w", "end")
            await person.until_sees("No habría nada que hacer.", "Cerrar")
        finally:
            await keeping.switch_off(person.app.host.open_world())


async def test_the_guard_says_why_it_has_nothing_to_guard_and_guards_a_card(tmp_path: Path) -> None:
    demo = free_port()
    async with with_own_settings(tmp_path / "project", {"slots.demo.port": str(demo)}) as person:
        await pick(person, "y")
        await person.until_sees("Guardia: apagada")
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, MainScreen))
        await pick(person, "y", "down")
        await person.until_sees("Así no se puede hacer", "Cerrar")
    card = {"slots.demo.port": str(demo), "simulate": "rtx2070s"}
    async with with_own_settings(tmp_path / "project", card) as person:
        try:
            await pick(person, "y", "down")
            await person.until_sees("Se encendería la guardia.")
            await person.press("enter")
            await person.until(lambda: person.app.book.snapshots and person.app.book.snapshots[0].over)
            assert person.app.book.snapshots[0].state is JobState.DONE, person.app.book.snapshots[0].fault
            await back(person)
            await person.until_sees("● Guardia: en marcha")
        finally:
            from arriero.stack.guard import guard_off

            await asyncio.shield(guard_off(person.app.host.open_world()))
        await person.until_not("● Guardia")
