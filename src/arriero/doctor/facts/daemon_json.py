"""The Docker daemon's settings file, /etc/docker/daemon.json, or the rootless daemon's in the user's own folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arriero.doctor.facts.engine import info
from arriero.doctor.site import Site

SYSTEM = Path("/etc/docker/daemon.json")


@dataclass(frozen=True)
class DaemonJson:
    """`text` None: there is no file. `settings` None: it is no JSON object, `fault` says why."""

    path: Path
    text: str | None
    settings: dict[str, Any] | None
    fault: str = ""


async def daemon_json(site: Site) -> DaemonJson:
    """Raises OSError for one that may not be read."""
    path = await _path(site)
    text = site.host.read(path)
    if text is None:
        return DaemonJson(path, None, {})
    try:
        settings = json.loads(text or "{}")  # an empty file is an empty object to dockerd since 23
    except ValueError as error:
        return DaemonJson(path, text, None, str(error))
    if not isinstance(settings, dict):
        return DaemonJson(path, text, None, "not a JSON object")
    return DaemonJson(path, text, settings)


async def _path(site: Site) -> Path:
    told = await site.fact(info) or {}
    if not any("rootless" in str(option) for option in told.get("SecurityOptions") or []):
        return SYSTEM
    environ = site.host.environ
    return Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config") / "docker/daemon.json"
