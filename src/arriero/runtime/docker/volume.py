"""The models' volume: a name that the engine keeps for the user's folder, and that has to be made anew when that moves.

Foreign fact: Compose asks whether to recreate a volume whose options changed, and without a terminal it silently goes
on with the old one (docker/compose, ensureVolume; seen with 2.26). Removing a bound volume touches no file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from arriero.runtime.docker.container import Container
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.errors import VolumeDiffers


async def is_stale(engine: Engine, volume: str, models_dir: Path, ours: Sequence[Container]) -> bool:
    """Whether it names another folder. `ours` will be gone by the time it is made anew; for others VolumeDiffers."""
    told = await engine.get(f"/volumes/{volume}")
    bound_to = (told.get("Options") or {}).get("device", "") if told else str(models_dir)
    if await asyncio.to_thread(_same, bound_to, models_dir):
        return False
    using = await engine.get("/containers/json", all=True, filters={"volume": [volume]}) or []
    going = {container.full_id for container in ours}
    users = tuple(one["Names"][0].lstrip("/") for one in using if one["Id"] not in going)
    if users:
        raise VolumeDiffers(volume, bound_to, str(models_dir), users)
    return True


def _same(one: str, other: Path) -> bool:
    return Path(one).resolve() == other.resolve()


async def forget(engine: Engine, volume: str) -> None:
    """Compose makes it anew."""
    await engine.act("DELETE", f"/volumes/{volume}")
