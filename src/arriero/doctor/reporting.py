"""The report: one text with all that somebody needs to help, and nothing that is the user's alone.

Invariant: every line goes through the redactor. A part that cannot be gathered says why, in its place.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import platform
import socket
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import arriero
from arriero.core.clock import iso
from arriero.core.errors import ArrieroError
from arriero.doctor.check import Checked
from arriero.doctor.facts.driver import card, driver
from arriero.doctor.facts.scene import stack
from arriero.doctor.redacting import Redactor, make_redactor
from arriero.doctor.site import Site
from arriero.stack.errors import FileRefused

_LOG_LINES, _TRANSITIONS, _TRACES = 60, 40, 3
_LONGEST_LINE = 500
_PART_LIMIT_S = 5.0
_OWN_PACKAGES = ("xllamacpp", "aiohttp", "textual", "nvidia-ml-py")


@dataclass(frozen=True)
class WrittenReport:
    """`file` is empty on a dry run: then `text` is all there is of it."""

    file: str
    size_bytes: int
    text: str
    dry_run: bool


async def compose_report(site: Site, checked: Sequence[Checked]) -> str:
    """The whole text, redacted."""
    redactor = await asyncio.to_thread(_redactor, site)
    ours = (
        ("versions", _versions(site)),
        ("checks", _checks(checked)),
        ("card", _card(site)),
        ("models", _models(site)),
        ("settings", _settings(site)),
        ("transitions", _transitions(site)),
    )
    written = (
        *((f"log of {slot.id}", _log(site, slot.id)) for slot in site.world.configuration.slots),
        ("defects", _defects(site)),
    )
    told = [*(_part(*one, redactor.clean) for one in ours), *(_part(*one, redactor.clean_log) for one in written)]
    return "\n".join(await asyncio.gather(*told))


def write_report(path: Path, text: str) -> int:
    """Its size in bytes. For its owner's eyes; another file is not overwritten. Raises FileRefused."""
    data = text.encode()
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as out:
            out.write(data)
    except OSError as fault:
        raise FileRefused(path, fault.strerror or str(fault)) from fault
    return len(data)


async def _part(title: str, gather: Coroutine[Any, Any, str], clean: Callable[[str], str]) -> str:
    try:
        async with asyncio.timeout(_PART_LIMIT_S):
            text = await gather
    except TimeoutError:
        text = f"(not told within {_PART_LIMIT_S:g} s)"
    except (OSError, ArrieroError) as fault:
        text = f"(could not be gathered: {fault})"
    lines = (clean(line)[:_LONGEST_LINE] for line in text.split("\n"))
    return "\n".join([f"== {title}", *lines, ""])


def _redactor(site: Site) -> Redactor:
    key_file = site.settings.engine.api_key_file
    key = key_file.read_text() if key_file and os.access(key_file, os.R_OK) else ""
    environ = site.host.environ
    users = [environ[name] for name in ("USER", "LOGNAME", "SUDO_USER") if environ.get(name)]
    home = Path(environ.get("HOME", "/")).name
    return make_redactor(environ, [*users, home, _user()], [socket.gethostname()], [key])


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without an entry
        return ""


async def _versions(site: Site) -> str:
    found = await site.fact(driver)
    told = {
        "arriero": arriero.__version__,
        "at": iso(site.world.clock.now()),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "driver": found.version,
        **{name: version(name) for name in _OWN_PACKAGES},
    }
    return _lines(told.items())


async def _checks(checked: Sequence[Checked]) -> str:
    rows = (f"{one.grade:8} {one.check.code}: {one.finding.kind} {_json(one.finding.params)}" for one in checked)
    return "\n".join(rows)


async def _card(site: Site) -> str:
    seen = await site.fact(card)
    figures = {name: value for name, value in vars(seen).items() if name not in ("uuid", "gpus", "processes")}
    figures["processes"] = [(process.process, process.vram_bytes) for process in seen.processes]
    return _lines(figures.items())


async def _models(site: Site) -> str:
    seen = await site.fact(stack)
    fields = ("id", "state", "reference", "variant", "port", "installed", "version", "processor", "context", "restarts")
    rows = [_json({name: getattr(model, name) for name in (*fields, "last_exit")}) for model in seen.models]
    drift = [f"{model.id}: {each.code} since {each.since}" for model in seen.models for each in model.drift]
    return "\n".join([f"backend: {seen.backend} ({seen.backend_reason.code})", *rows, *drift])


async def _settings(site: Site) -> str:
    """Where each value comes from, and the value of those that are not the defaults."""
    settings = site.settings
    own = {key: origin for key, origin in site.world.configuration.origins.items() if origin != "default"}
    return _lines([*vars(settings).items(), *(("set by", f"{key}: {origin}") for key, origin in own.items())])


async def _transitions(site: Site) -> str:
    state = site.world.state
    if state is None:
        return f"(no database: {site.world.state_fault})"
    rows = await asyncio.to_thread(state.transitions, None, _TRANSITIONS)
    return "\n".join(
        f"{iso(row.at)} {row.command} {row.slot or '-'} {row.from_state} -> {row.to_state} {row.outcome}"
        for row in rows
    )


async def _log(site: Site, slot: str) -> str:
    lines = [line async for line in site.world.backend.logs(slot, tail=_LOG_LINES, follow=False)]
    return "\n".join(lines)


async def _defects(site: Site) -> str:
    return await asyncio.to_thread(_traces, site.settings.state_dir / "logs")


def _traces(folder: Path) -> str:
    newest = sorted(folder.glob("internal-*.txt"))[-_TRACES:]
    return "\n".join(f"-- {path.name}\n{path.read_text(errors='replace')[-4000:]}" for path in newest)


def _lines(pairs: Iterable[tuple[str, object]]) -> str:
    return "\n".join(f"{name}: {_json(value)}" for name, value in pairs)


def _json(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
