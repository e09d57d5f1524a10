"""A whole installation in a folder of its own, for tests: real store, database, native backend and engine."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from arriero.config.loading import load
from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.core.paths import places
from arriero.core.progress import silent
from arriero.stack.down import down
from arriero.stack.world import World, open_world
from arriero.store import Store
from arriero.store.importing import import_gguf

REFERENCE = "smollm2:135m-instruct-q4_1"
SECOND = """
[slots.second]
title = "Second"
purpose.es = "Otro"
purpose.en = "Another"
port = {port}
priority = 2
context = 2048
kv_cache = "f16"
default_variant = "135m"

[slots.second.variants.135m]
reference = "second:135m"
aliases = ["other-name:1"]
source = "registry"
"""


def make_world(root: Path, demo_port: int, second_port: int | None = None) -> World:
    """The catalogue with the demo slot on `demo_port`, and a slot `second` where a port is given for it."""
    root.mkdir(parents=True, exist_ok=True)
    if second_port is not None:
        (root / "arriero.toml").write_text(SECOND.format(port=second_port))
    here = replace(places(), root=root)
    flags = {"slots.demo.port": str(demo_port), "backend": "native"}
    flags["docker.project"] = os.environ["ARRIERO_DOCKER__PROJECT"]
    return open_world(load(flags, {}, here))


def install(world: World, gguf: Path, *references: str) -> Store:
    for reference in references:
        import_gguf(world.store, gguf, Reference.parse(reference))
    return world.store


def install_brief(gguf: Path) -> None:
    """The demo model into the store that OLLAMA_MODELS names, its answers ended: so small a model may go on for
    minutes."""
    store = Store(Path(os.environ["OLLAMA_MODELS"]))
    import_gguf(store, gguf, Reference.parse(REFERENCE), params={"num_predict": 24})


async def all_down(world: World) -> None:
    """Ends whatever a test left; a database that the test broke is no reason to leave processes."""
    with suppress(ArrieroError):
        await down(world, silent)
    await asyncio.gather(*(world.backend.stop(s.id, s.port, silent) for s in world.configuration.slots))
