"""Takes a model out of the store, and with it the blobs that nobody else needs. The caller holds the store's lock."""

from __future__ import annotations

from pathlib import Path

from arriero.core.ids import Reference
from arriero.store.blobs import Blobs
from arriero.store.catalog import Unreadable, read_manifest, scan
from arriero.store.models import Removal


def remove_model(path: Path, reference: Reference, manifests: Path, blobs: Blobs) -> Removal:
    """Raises OSError. The manifest goes first: killed in between, this leaves blobs too many, never one too few."""
    candidates = _digests(path, reference)
    path.unlink()
    _remove_empty_folders(path.parent, manifests)
    used, unreadable = named_digests(manifests)
    removable = () if unreadable else tuple(sorted(candidates - used))
    freed = sum(blobs.remove(digest) for digest in removable)
    return Removal(reference, removable, freed, tuple(unreadable))


def _digests(path: Path, reference: Reference) -> set[str]:
    try:
        return {layer.digest for layer in read_manifest(path, reference)[0].blobs()}
    except Unreadable:
        return set()  # what it named cannot be known; its blobs stay until Ollama prunes them


def named_digests(manifests: Path) -> tuple[set[str], list[Path]]:
    """Every digest that any manifest names, and what could not be read: then nothing is surely unused."""
    seen = scan(manifests)
    used: set[str] = set()
    unreadable = [problem.path for problem in seen.problems]
    for reference, path in seen.files.items():
        try:
            used |= {layer.digest for layer in read_manifest(path, reference)[0].blobs()}
        except Unreadable:
            unreadable.append(path)
    newer = manifests.with_name("manifests-v2")  # Ollama after 0.33 prepares a second tree that we do not read
    return used, [*unreadable, newer] if newer.exists() else unreadable


def _remove_empty_folders(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
