"""Who else serves models out of this folder: an Ollama of the host's own, found in /proc.

Facts (Ollama 0.33): it takes no locks; at its start it removes partials and blobs that no manifest names, once they are
an hour old, unless OLLAMA_NOPRUNE is set. Its store is OLLAMA_MODELS (trimmed of blanks and quotes), else
HOME/.ollama/models. Containers are left out: in another mount namespace a path says nothing about ours. So are other
users' processes, whose environment nobody may read: their folders are theirs, which `inspect` tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def ollamas_at(root: Path) -> Iterator[int]:
    """The process ids of those that serve `root`."""
    for process in _PROC.iterdir():
        if process.name.isdecimal():
            with suppress(OSError):  # gone by now, another user's, or its folder does not exist
                if _serves(process, root):
                    yield int(process.name)


def _serves(process: Path, root: Path) -> bool:
    words = _words(process / "cmdline")
    if Path(words[0]).name != "ollama" or "serve" not in words[1:]:
        return False
    if (process / "ns/mnt").readlink() != (_PROC / "self/ns/mnt").readlink():
        return False
    return _models_of(process).samefile(root)


def _models_of(process: Path) -> Path:
    values = dict(word.split("=", 1) for word in _words(process / "environ") if "=" in word)
    named = values.get("OLLAMA_MODELS", "").strip(" \t\"'")
    return Path(named or f"{values.get('HOME', '')}/.ollama/models")


def _words(file: Path) -> list[str]:
    return file.read_text(errors="surrogateescape").split("\0")
