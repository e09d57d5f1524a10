"""What takes a fix back, as the state database keeps it: JSON of commands and files. An act of ours is not kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from arriero.doctor.changes import Change, Command, FileWritten


def as_text(undo: Iterable[Change]) -> str:
    return json.dumps([_plain(change) for change in undo if isinstance(change, Command | FileWritten)])


def from_text(text: str) -> tuple[Change, ...]:
    return tuple(_change(row) for row in json.loads(text))


def _plain(change: Command | FileWritten) -> dict[str, object]:
    if isinstance(change, Command):
        return {"argv": change.argv, "root": change.root, "limit_s": change.limit_s, "preview": change.preview}
    return {"path": str(change.path), "text": change.text, "root": change.root, "mode": change.mode}


def _change(row: dict[str, Any]) -> Change:
    if "argv" in row:
        return Command(tuple(row["argv"]), row["root"], row["limit_s"], tuple(row["preview"]))
    return FileWritten(Path(row["path"]), row["text"], row["root"], row["mode"])
