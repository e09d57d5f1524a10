"""Keeps `sudo` from leaving files of root's among a user's own: the user could neither change nor delete them later."""

from __future__ import annotations

import os
from collections.abc import Mapping

from arriero.config.specs import Settings
from arriero.stack.errors import RootWouldOwn


def require_own(settings: Settings, environ: Mapping[str, str]) -> None:
    """Raises RootWouldOwn where root acts for another user (`sudo`) on that user's store, database or state."""
    caller = environ.get("SUDO_UID", "0")
    if os.geteuid() or caller == "0":
        return
    for path in (settings.models_dir, settings.database, settings.state_dir):
        there = next(p for p in (path, *path.parents) if p.exists())
        if str(there.stat().st_uid) == caller:
            raise RootWouldOwn(path, environ.get("SUDO_USER", caller))
