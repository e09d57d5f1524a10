"""Whose a file is, and what gives it back."""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.changes import Command


def owner(path: Path) -> str:
    """The name, or the number where it has none."""
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)


def given_to(owner: str, *paths: str) -> Command:
    """`owner` as chown(1) takes it, with a colon for the user's own group. All below the paths goes with them."""
    return Command(("chown", "-R", owner, "--", *paths), root=True, limit_s=300)
