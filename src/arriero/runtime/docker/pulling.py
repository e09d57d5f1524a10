"""Makes sure that the image is there, and tells how its download goes.

The engine is asked itself: Compose tells its progress to terminals only. Credentials are those of nobody; for an image
behind an account the error names the command that asks for them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress, Report
from arriero.runtime.docker.engine import Engine
from arriero.runtime.docker.errors import EngineRefused, ImageUnreachable
from arriero.runtime.docker.recognising import recognise


async def ensure_image(engine: Engine, image: str, report: Report) -> None:
    """Downloads it if the engine does not have it. Raises ImageUnknown, ImageUnreachable, DockerDiskFull."""
    if await engine.get(f"/images/{image}/json") is not None:
        return
    report(Progress("backend.image", image))
    layers = Layers()
    try:
        async with aclosing(_download(engine, image)) as lines:
            async for told in lines:
                if "error" in told:
                    raise _failure(image, str(told["error"]))
                if layers.take(told):
                    report(Progress("backend.image", image, layers.done_bytes, layers.total_bytes))
    except EngineRefused as refused:
        raise _failure(image, refused.detail) from refused


async def _download(engine: Engine, image: str) -> AsyncGenerator[dict[str, Any]]:
    """It begins when the registry answers, or when the engine has lost its patience with it."""
    async with engine.stream("POST", "/images/create", {"fromImage": tagged(image)}, begin_s=None) as body:
        while line := await body.readline():
            yield json.loads(line)


def tagged(image: str) -> str:
    """Without a tag or a digest an engine would fetch every tag there is."""
    named = "@" in image or ":" in image.rpartition("/")[2]
    return image if named else f"{image}:latest"


def _failure(image: str, said: str) -> ArrieroError:
    return recognise(said, image) or ImageUnreachable(image, said)


class Layers:
    """Adds up what an engine tells of each layer ({"id", "status", "progressDetail": {"current", "total"}}). Pure."""

    def __init__(self) -> None:
        self._layers: dict[str, tuple[int, int]] = {}

    def take(self, told: dict[str, Any]) -> bool:
        """Whether the sums changed."""
        layer, detail = str(told.get("id", "")), told.get("progressDetail") or {}
        before = self._layers.get(layer)
        match told.get("status"):
            case "Downloading" if "total" in detail:
                self._layers[layer] = (int(detail.get("current", 0)), int(detail["total"]))
            case "Download complete" | "Pull complete" if before:
                self._layers[layer] = (before[1], before[1])
        return self._layers.get(layer) != before

    @property
    def done_bytes(self) -> int:
        return sum(done for done, _ in self._layers.values())

    @property
    def total_bytes(self) -> int:
        """Of the layers that are known by now: it grows while the first ones begin."""
        return sum(total for _, total in self._layers.values())
