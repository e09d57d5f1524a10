"""What is wrong with a store: every manifest, every blob it names, who else is at it. Repairs nothing."""

from __future__ import annotations

import os
from pathlib import Path

from arriero.core.ids import Reference
from arriero.store.blobs import Blobs
from arriero.store.catalog import Unreadable, read_manifest, read_model, scan
from arriero.store.faults import owner_name
from arriero.store.manifest import Layer
from arriero.store.models import ProblemKind, StoreProblem
from arriero.store.neighbours import ollamas_at


def inspect(manifests: Path, blobs: Blobs) -> list[StoreProblem]:
    """Compares sizes and hashes nothing: takes milliseconds. Raises OSError when `manifests` is unreadable."""
    seen = scan(manifests)
    problems = list(seen.problems)
    for reference, path in seen.files.items():
        try:
            problems += _of_model(path, reference, blobs)
        except Unreadable as found:
            problems.append(found.problem)
        except FileNotFoundError:
            continue  # deleted while we looked
    problems += [_foreign(folder) for folder in (blobs.root, manifests, blobs.folder) if _is_foreign(folder)]
    others = sorted(ollamas_at(blobs.root))
    return problems + [StoreProblem(ProblemKind.FOREIGN_SERVER, blobs.root, None, str(pid)) for pid in others]


def _of_model(path: Path, reference: Reference, blobs: Blobs) -> list[StoreProblem]:
    found, _ = read_manifest(path, reference)
    problems = [problem for layer in found.layers if (problem := _of_layer(layer, reference, blobs))]
    try:
        read_model(path, reference, blobs)
    except Unreadable as config:
        problems.append(config.problem)
    return problems


def _of_layer(layer: Layer, reference: Reference, blobs: Blobs) -> StoreProblem | None:
    path, size = blobs.path(layer.digest), blobs.size_bytes(layer.digest)
    if size is None:
        return StoreProblem(ProblemKind.BLOB_MISSING, path, reference, layer.digest)
    if size != layer.size_bytes:
        return StoreProblem(ProblemKind.BLOB_SIZE, path, reference, f"{size} != {layer.size_bytes}")
    if not os.access(path, os.R_OK, effective_ids=True):
        return StoreProblem(ProblemKind.FOREIGN_OWNER, path, reference, owner_name(path))
    return None


def _is_foreign(folder: Path) -> bool:
    if not folder.is_dir() or folder.stat().st_uid == os.geteuid():
        return False
    return not os.access(folder, os.W_OK, effective_ids=True)


def _foreign(folder: Path) -> StoreProblem:
    return StoreProblem(ProblemKind.FOREIGN_OWNER, folder, None, owner_name(folder))
