"""Settings as lines of TOML, so that any of them can be copied into arriero.toml."""

from __future__ import annotations

import json
from collections.abc import Mapping

from arriero.cli.look import Look
from arriero.config import schema
from arriero.config.errors import Origin
from arriero.config.resolving import Resolved


def render_settings(settings: Resolved, look: Look, *, origins: bool) -> str:
    lines = []
    for path, setting in sorted(settings.items()):
        line = f"{schema.dotted(path)} = {toml(setting.value)}"
        if origins:
            line += look.paint(f"  # {_origin(setting.origin, look)}", "dim")
        lines.append(line)
    return "\n".join(lines)


def _origin(origin: Origin, look: Look) -> str:
    kind = look.texts.origins[origin.kind]
    return kind if origin.kind == "default" else f"{kind} {origin}"


def toml(value: object) -> str:
    """A value as TOML writes it. JSON's texts are TOML's too."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(part) for part in value)}]"
    return json.dumps(str(value), ensure_ascii=False)


def render_files(files: Mapping[str, bool], look: Look) -> str:
    t = look.texts
    read = [(t.config_file_read if there else t.config_file_absent).format(file=file) for file, there in files.items()]
    return "\n".join((t.config_valid, *read))
