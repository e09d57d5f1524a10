"""The recorded exchanges with a real Ollama once more, through the gateway: the answers are those of the slot itself.

What manages models is done at the slot, since the gateway does not do it; everything else goes through it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from engine_process import EngineProcess, demo_store, engine
from test_engine_golden import REQUESTS, unmeant

from gateway_world import Desktop, desktop

AT_THE_SLOT = ("/api/create", "/api/copy", "/api/delete", "/api/blobs", "/api/pull", "/api/push", "/api/status")
CREATED = ["tooled:one", "thinker:one", "infill:one", "derived:one", "derived:two"]
_LISTED = {"tags": ".json.models[0]", "v1.models": ".json.data[0]", "v1.model": ".json"}
_LOADED = ("ps.loaded", "ps.forever", "ps.num_ctx", "ps.num_ctx.huge", "ps.derived")
_UNKNOWN = ("show.missing", "embed.unknown", "embeddings.old.unknown")
_UNKNOWN_V1 = ("v1.model.missing", "v1.embeddings.unknown.model")
DIFFERENT: dict[str, tuple[str, ...]] = {
    **{each: tuple(f"{at}.{own}:" for own in ("slot", "state", "context_length")) for each, at in _LISTED.items()},
    **dict.fromkeys(_LOADED, (".json.models[0].slot:",)),
    **dict.fromkeys(_UNKNOWN, (".json.error:",)),
    **dict.fromkeys(_UNKNOWN_V1, (".json.error.message:",)),
    "show.badname": (".json.error:", ".status: 404"),
}
"""Exchange -> the places where the gateway answers otherwise than a slot, as docs/compatibility.md tells."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Path:
    return demo_store(tmp_path_factory.mktemp("golden"), demo_gguf)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(models: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Desktop, EngineProcess]]:
    """The exchanges' own models are further names of the slot's."""
    project = tmp_path_factory.mktemp("project")
    (project / "arriero.toml").write_text(f"[slots.demo.variants.135m]\naliases = {CREATED}\n")
    with engine(models) as slot:
        async with desktop(project, server=slot.port, models_dir=str(models)) as gateway:
            yield gateway, slot


@pytest.mark.parametrize("exchange", REQUESTS, ids=lambda exchange: exchange["id"])
async def test_an_exchange_agrees(both: tuple[Desktop, EngineProcess], models: Path, exchange: dict[str, Any]) -> None:
    gateway, slot = both
    url = slot.url if exchange["path"].startswith(AT_THE_SLOT) else gateway.url
    meant = DIFFERENT.get(exchange["id"], ())
    assert await asyncio.to_thread(unmeant, exchange, url, models, meant) == []
