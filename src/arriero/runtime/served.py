"""What a running server says about itself over Ollama's API, and the request that makes it load a model.

Nothing here knows how the server was started.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import NamedTuple

from arriero.core.ids import Reference
from arriero.runtime.backend import LoadedModel, ServiceSpec
from arriero.runtime.errors import ContextDiffers, LoadFailed
from arriero.runtime.http import Answer, NoAnswer, ask

_LOOK_LIMIT_S = 0.6
_UNLOADS_AT_ONCE = re.compile(r"[+-]?0+(\.0+)?(ns|us|µs|ms|s|m|h)?")  # a keep_alive of nothing


class Served(NamedTuple):
    """One look. `answers`: it spoke HTTP; `version` is None when it did not say it (a wrong key, another program)."""

    answers: bool = False
    version: str | None = None
    loaded: tuple[LoadedModel, ...] = ()
    models: tuple[str, ...] = ()


async def look(host: str, port: int, key: str | None) -> Served:
    """Never raises: a server that does not answer in time is one that does not answer."""
    paths = ("/api/version", "/api/ps", "/api/tags")
    version, running, installed = await asyncio.gather(*(_told(host, port, path, key) for path in paths))
    if version is None:
        return Served()
    name = _text(version.json().get("version"))
    if running is None or installed is None:
        return Served(answers=False, version=name)
    return Served(True, name, _loaded(running), _names(installed))


async def _told(host: str, port: int, path: str, key: str | None) -> Answer | None:
    try:
        return await ask(host, port, path, key=key, limit_s=_LOOK_LIMIT_S)
    except NoAnswer:
        return None


async def load(spec: ServiceSpec, limit_s: float) -> None:
    """Loads `spec.model` (an empty prompt does that) and checks its context. Raises LoadFailed, ContextDiffers.

    Somebody else's request may have loaded it first, by an alias, and then it goes by that name: Ollama (0.33) and our
    engine keep one runner for all names of the same weights. Its digest tells that it is the one.
    """
    key = read_key(spec.api_key_file)
    question: dict[str, object] = {"model": spec.model, "stream": False}
    try:
        answer = await ask(spec.host, spec.port, "/api/generate", post=question, key=key, limit_s=limit_s)
        running = await ask(spec.host, spec.port, "/api/ps", key=key, limit_s=5.0)
    except NoAnswer as error:
        raise LoadFailed(spec.slot, spec.model, str(error)) from error
    if answer.status != 200:
        raise LoadFailed(spec.slot, spec.model, _reason(answer))
    _check(spec, await _find(spec, running, key))


async def _find(spec: ServiceSpec, running: Answer, key: str | None) -> LoadedModel | None:
    wanted, loaded = Reference.parse(spec.model), _loaded(running)
    named = next((model for model in loaded if Reference.parse(model.name).matches(wanted)), None)
    if named or not loaded:
        return named
    try:
        installed = await ask(spec.host, spec.port, "/api/tags", key=key, limit_s=5.0)
    except NoAnswer as error:
        raise LoadFailed(spec.slot, spec.model, str(error)) from error
    digests = {m.get("digest") for m in _models(installed) if Reference.parse(str(m.get("name"))).matches(wanted)}
    names = {m.get("name") for m in _models(running) if m.get("digest") in digests}
    return next((model for model in loaded if model.name in names), None)


def _check(spec: ServiceSpec, served: LoadedModel | None) -> None:
    if served is None:
        if not _UNLOADS_AT_ONCE.fullmatch(spec.keep_alive):
            raise LoadFailed(spec.slot, spec.model, "not in /api/ps")
    elif served.context != spec.context:
        raise ContextDiffers(spec.slot, spec.model, spec.context, served.context)


def read_key(path: Path | None) -> str | None:
    """The API key in that file (one line); None without a file, or when it is not ours to read."""
    try:
        return path.read_text().strip() if path else None
    except OSError:
        return None


def _reason(answer: Answer) -> str:
    return _text(answer.json().get("error")) or f"HTTP {answer.status}"


def _loaded(answer: Answer) -> tuple[LoadedModel, ...]:
    return tuple(
        LoadedModel(
            name=str(model.get("name", "")),
            size_bytes=_int(model.get("size")),
            vram_bytes=_int(model.get("size_vram")),
            context=_int(model.get("context_length")),
            expires_at=str(model.get("expires_at", "")),
        )
        for model in _models(answer)
    )


def _names(answer: Answer) -> tuple[str, ...]:
    return tuple(str(model.get("name", "")) for model in _models(answer))


def _models(answer: Answer) -> list[dict[str, object]]:
    models = answer.json().get("models")
    return [model for model in models if isinstance(model, dict)] if isinstance(models, list) else []


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
