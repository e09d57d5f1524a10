"""What lies in the store and belongs to no model: found by looking at every manifest, removed on request.

Invariant: nothing that any manifest names is ever removed, nothing at all while a manifest cannot be read, and nothing
that another program may still be writing: Ollama's own rule (0.33, at its start) is an hour without a change.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from arriero.store.aside import clear_abandoned, store_lock, transfer_lock
from arriero.store.deletion import named_digests
from arriero.store.errors import ManifestsUnreadable, TransferRunning
from arriero.store.faults import translated
from arriero.store.store import Store

SETTLED_S = 3600.0
_NAME = re.compile(r"sha256-([0-9a-f]{64})(-partial(?:-\d+)?)?")
_PART = re.compile(r"\.arriero-part-sha256-[0-9a-f]{64}")


class LitterKind(StrEnum):
    ORPHAN = "orphan"  # a whole blob that no manifest names
    PARTIAL = "partial"  # a download that was not finished


@dataclass(frozen=True)
class Litter:
    """`size_bytes` is what it takes on the disk: partials are sparse. `settled`: nobody has touched it for an hour."""

    kind: LitterKind
    path: Path
    size_bytes: int
    settled: bool


@dataclass(frozen=True)
class Sweep:
    """What was, or would be, removed, and what stays because it is too young."""

    removed: tuple[Litter, ...]
    kept: tuple[Litter, ...]

    @property
    def freed_bytes(self) -> int:
        return sum(item.size_bytes for item in self.removed)


def find_litter(store: Store) -> list[Litter]:
    """Sorted by name; strangers' files are left out. Raises ManifestsUnreadable."""
    with translated(store.manifests):
        used, unreadable = named_digests(store.manifests)
    if unreadable:
        raise ManifestsUnreadable(tuple(unreadable))
    with translated(store.blobs):
        return [item for path in _candidates(store) if (item := _judge(path, used))]


def sweep(store: Store, *, dry_run: bool) -> Sweep:
    """Removes what is settled. Raises ManifestsUnreadable, TransferRunning; StorePermission midway leaves the rest."""
    if not store.root.is_dir():
        return Sweep((), ())
    with ExitStack() as held, translated(store.root):
        if not held.enter_context(transfer_lock(store.root, alone=True)):
            raise TransferRunning(store.root)
        held.enter_context(store_lock(store.root))
        found = find_litter(store)
        gone = [item for item in found if item.settled]
        if not dry_run:
            _remove(store, gone)
    return Sweep(tuple(gone), tuple(item for item in found if not item.settled))


def _remove(store: Store, gone: Sequence[Litter]) -> None:
    clear_abandoned(store.root)
    for item in gone:
        item.path.unlink(missing_ok=True)


def _candidates(store: Store) -> list[Path]:
    blobs = store.blobs.iterdir() if store.blobs.is_dir() else ()
    parts = [path for path in store.root.glob(".arriero-part-*") if _PART.fullmatch(path.name)]
    return sorted([path for path in blobs if path.is_file() and not path.is_symlink()]) + sorted(parts)


def _judge(path: Path, used: set[str]) -> Litter | None:
    """None for what is used, and for strangers: we do not know what they are."""
    named = _NAME.fullmatch(path.name)
    if named is None and not _PART.fullmatch(path.name):
        return None
    if named and not named[2] and f"sha256:{named[1]}" in used:
        return None
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    kind = LitterKind.ORPHAN if named and not named[2] else LitterKind.PARTIAL
    return Litter(kind, path, seen.st_blocks * 512, time.time() - seen.st_mtime > SETTLED_S)
