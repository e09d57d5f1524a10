"""How long a slot does not answer while its model changes: somebody asks all the time, and the longest wait counts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from statistics import median

from version_world import Publisher, make_world  # type: ignore[import-not-found]

from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.stack.activate import activate
from arriero.stack.down import down
from arriero.stack.rollback import rollback
from arriero.stack.update import update
from arriero.stack.world import World
from arriero.store import Store
from bench.rig import CACHE, MODEL, installation
from bench.table import Row
from bench.wire import Address, stream

TAG, TURNS = "versions", 3


async def measure(host: str, folder: Path) -> list[Row]:
    """The demo model under the slot `tiny`, its versions in the registry at `host`."""
    with installation():  # fetches the demo model the first time
        kept = Store(CACHE / "models")
        gguf = kept.gguf_path(kept.get(Reference.parse(MODEL)))
    publisher = Publisher.make(host, folder / "published", gguf)
    await publisher.publish(TAG)
    _move_home(folder / "home")
    world = make_world(folder / "project", publisher.reference(TAG))
    try:
        await activate(world, "tiny", silent)
        return await _rows(world, publisher)
    finally:
        await down(world, silent)


def _move_home(home: Path) -> None:
    home.mkdir(parents=True)
    ours = {"HOME": home, "OLLAMA_MODELS": home / "models", "XDG_RUNTIME_DIR": home, "XDG_STATE_HOME": home / "state"}
    os.environ.update({name: str(path) for name, path in ours.items()})
    os.environ["ARRIERO_DOCKER__PROJECT"] = "arriero-of-no-bench"  # no stack of the user's is looked at


async def _rows(world: World, publisher: Publisher) -> list[Row]:
    forth, back = [], []
    for turn in range(TURNS):
        await publisher.publish(TAG, seed=turn + 1)
        forth.append(await _longest_wait(world, lambda: update(world, "tiny", silent)))
        back.append(await _longest_wait(world, lambda: rollback(world, "tiny", silent)))
    return [_row("update", forth), _row("rollback", back)]


async def _longest_wait(world: World, act: Callable[[], Awaitable[object]]) -> float:
    """Between two answers of the slot, from before `act` until after it."""
    address, answered, over = Address(port=world.slot("tiny").port), [time.perf_counter()], asyncio.Event()

    async def ask() -> None:
        while not over.is_set():
            body = {"model": "another-name:1", "prompt": "Hi", "options": {"num_predict": 1}}
            with contextlib.suppress(OSError, IndexError):  # nobody there, or gone before the status line
                seen = await stream(address, "/api/generate", body)
                if seen.status == 200 and seen.whole:
                    answered.append(time.perf_counter())
            await asyncio.sleep(0.01)

    asking = asyncio.create_task(ask())
    await act()
    over.set()
    await asking
    return max(after - before for before, after in pairwise(answered))


def _row(command: str, waits: list[float]) -> Row:
    took = median(waits)
    return Row(f"{command} of a serving slot: no answer", f"{took:.2f} s", "-", took, f"{took:.2f} s", "<= 5 s")
