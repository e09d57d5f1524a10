"""The Docker daemon's settings file, written anew with everything in it that is not being changed; then a restart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from arriero.doctor.changes import Change, Command, FileWritten
from arriero.doctor.facts.daemon_json import SYSTEM, DaemonJson
from arriero.doctor.fix import CannotFix, FixPlan

UNREADABLE = "unreadable"


def rewritten(there: DaemonJson, settings: Mapping[str, Any]) -> FixPlan:
    """As it was, with these settings in place of all; the old text is what takes it back."""
    text = json.dumps(settings, indent=4, ensure_ascii=False) + "\n"
    return FixPlan((_file(there, text), *restart(there)), (_file(there, there.text), *restart(there)))


def merged(there: DaemonJson, further: Mapping[str, Any]) -> FixPlan | CannotFix:
    """With these keys added or changed. A file that is not understood is left alone."""
    if there.settings is None:
        return CannotFix(UNREADABLE, (("path", str(there.path)),))
    return rewritten(there, {**there.settings, **further})


def restart(there: DaemonJson) -> tuple[Change, ...]:
    """A daemon that failed too often is let try again."""
    if there.path != SYSTEM:
        return (Command(("systemctl", "--user", "restart", "docker"), limit_s=120),)
    return tuple(Command(("systemctl", verb, "docker.service"), True, 120) for verb in ("reset-failed", "restart"))


def _file(there: DaemonJson, text: str | None) -> FileWritten:
    return FileWritten(there.path, text, root=there.path == SYSTEM)
