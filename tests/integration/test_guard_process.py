"""`guard` as it is typed: a process of its own that heals, is kept alive, is seen by `status` and ends when told to."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from arriero.core import paths
from arriero.hardware.processes import born, started_at
from native_world import until
from stack_world import install_brief

SETTINGS = """
simulate = "{card}"
backend = "native"
database = "{home}/models.db"
guard.every_s = 1
guard.programs = ["no-such-game"]
slots.demo.port = {port}
"""


class Typed:
    """Commands in one home, whose settings a test changes under a guard that goes on."""

    def __init__(self, home: Path, port: int) -> None:
        self._home, self._port = home, port
        self.set_card("rtx2070s")

    def set_card(self, card: str) -> None:
        path = self._home / ".config" / "arriero" / "arriero.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SETTINGS.format(card=card, home=self._home, port=self._port))

    async def __call__(self, *argv: str) -> tuple[int, str]:
        line = [sys.executable, paths.PROJECT_ROOT / "main.py", "--lang", "en", *argv]
        done = await asyncio.to_thread(subprocess.run, line, capture_output=True, text=True, timeout=100)
        return done.returncode, done.stdout + done.stderr

    async def data(self, *argv: str) -> Any:
        code, out = await self(*argv, "--json", "--quiet")
        assert code == 0, out
        return json.loads(out)["data"]

    async def demo(self) -> dict[str, Any]:
        return next(m for m in (await self.data("status"))["models"] if m["id"] == "demo")


@pytest.fixture
async def arriero(own_home: Path, demo_gguf: Path, free_port: int) -> AsyncIterator[Typed]:
    install_brief(demo_gguf)
    typed = Typed(own_home, free_port)
    yield typed
    await typed("guard", "off")
    await typed("down")


async def test_guard_from_its_start_to_its_end(arriero: Typed) -> None:
    await arriero.data("activate", "demo")
    assert (await arriero.data("guard", "on", "--dry-run"))["action"] == "start"
    assert not (await arriero.data("guard", "status"))["running"]
    begun = await arriero.data("guard", "on")
    assert (begun["action"], begun["guard"]["running"], begun["guard"]["wanted"]) == ("start", True, True)
    assert (await arriero.data("guard", "on"))["action"] == "nothing"

    told = await arriero.data("status")
    assert told["guard"]["pid"] == begun["guard"]["pid"]
    before = next(m for m in told["models"] if m["id"] == "demo")
    others = {o["pid"] for o in told["others"]}
    (child,) = [p["pid"] for p in told["gpu"]["processes"] if p["pid"] not in others]
    arriero.set_card(f"rtx2070s,revoked={started_at(born(child)[1]) + 0.01}")

    async def healed() -> bool:
        seen = await arriero.demo()
        return seen["processor"] == "gpu" and seen["pid"] not in (None, before["pid"])

    await until(healed, limit_s=60.0)

    os.kill(begun["guard"]["pid"], signal.SIGKILL)

    async def kept_alive() -> bool:
        seen = await arriero.data("guard", "status")
        return seen["running"] and seen["pid"] != begun["guard"]["pid"] and seen["restarts"] == 1

    await until(kept_alive, limit_s=60.0)
    _, text = await arriero("guard", "status")
    assert "Gives the card to: no-such-game, and to whoever asks for GameMode" in text

    ended = await arriero.data("guard", "off")
    assert (ended["action"], ended["guard"]["running"], ended["guard"]["wanted"]) == ("stop", False, False)
    assert (await arriero.demo())["state"] == "active"  # everything else goes on without it
    assert "Guard" not in (await arriero("status"))[1]


async def test_where_there_is_no_card_there_is_nothing_to_guard(arriero: Typed, own_home: Path) -> None:
    settings = own_home / ".config" / "arriero" / "arriero.toml"
    settings.write_text(settings.read_text().replace('simulate = "rtx2070s"', ""))
    code, out = await arriero("guard", "on")
    assert code == 3
    assert "nothing to guard" in out
    assert not (await arriero.data("guard", "status"))["wanted"]
