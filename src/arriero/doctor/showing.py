"""A change as it is shown before it is done: the line that is run, the file and how it differs. Nothing is changed."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from arriero.doctor.changes import Change, Command, FileWritten
from arriero.doctor.host import Host


@dataclass(frozen=True)
class ChangeView:
    """`kind`: `command`, `file`, `removal` or `act`. `told`: the line, the path, or the act's name among the texts.

    `preview`: what a script of ours says that it would do, a line each; of a removal, what would be typed for it.
    """

    kind: str
    told: str
    root: bool = False
    diff: str = ""
    preview: tuple[str, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)


async def views(host: Host, changes: Iterable[Change]) -> tuple[ChangeView, ...]:
    return tuple([await _view(host, change) for change in changes])


async def _view(host: Host, change: Change) -> ChangeView:
    match change:
        case Command():
            line = shlex.join((*_sudo(host, change), *change.argv))
            return ChangeView("command", line, change.root, preview=await _ask(host, change))
        case FileWritten():
            kind = "file" if change.text is not None else "removal"
            typed = () if change.text is not None else (shlex.join((*_sudo(host, change), "rm", str(change.path))),)
            return ChangeView(kind, str(change.path), change.root, _difference(host, change), typed)
        case _:
            return ChangeView("act", change.name, params=dict(change.params))


def _sudo(host: Host, change: Command | FileWritten) -> tuple[str, ...]:
    return ("sudo",) if change.root and host.uid else ()


async def _ask(host: Host, command: Command) -> tuple[str, ...]:
    """What the command says of itself with `preview`'s arguments; it changes nothing and needs no root."""
    if not command.preview:
        return ()
    ran = await host.run(*command.preview, limit_s=command.limit_s)
    return tuple(ran.said.splitlines()) if ran else ()


def _difference(host: Host, change: FileWritten) -> str:
    """Of a file that may not be read as who we are, the new text is all that can be shown."""
    try:
        before = host.read(change.path) or ""
    except OSError:
        before = ""
    name = str(change.path)
    after = change.text or ""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="")
    return "\n".join(lines)
