"""Reading the manifests of a store. Nothing here writes.

Ollama scans exactly four levels below `manifests/`, dot-files included; so do we, and call what is no name a problem.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from arriero.core.ids import Reference
from arriero.store import config_blob, manifest
from arriero.store.blobs import Blobs
from arriero.store.config_blob import ModelConfig
from arriero.store.models import InstalledModel, ProblemKind, StoreProblem


class Unreadable(Exception):
    """A manifest or its config cannot be used: a StoreProblem in a listing, a ModelDamaged where one was asked for."""

    def __init__(self, problem: StoreProblem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True)
class Scan:
    """The manifest files by reference, sorted; and what stands where manifests do but cannot be taken for one."""

    files: dict[Reference, Path]
    problems: tuple[StoreProblem, ...]


def scan(manifests: Path) -> Scan:
    """No folder is an empty store. Raises OSError when `manifests` itself may not be read."""
    files: dict[Reference, Path] = {}
    problems: list[StoreProblem] = []
    try:
        paths = sorted(_files(manifests, 4, problems))
    except FileNotFoundError:
        return Scan({}, ())
    for path in paths:
        reference = Reference(*path.relative_to(manifests).parts)
        if reference.valid:
            files[reference] = path
        else:
            problems.append(StoreProblem(ProblemKind.MANIFEST_NAME, path, None, reference.full))
    return Scan(files, tuple(problems))


def read_manifest(path: Path, reference: Reference) -> tuple[manifest.Manifest, str]:
    """The manifest and its digest (64 hex). Raises Unreadable; FileNotFoundError when it is gone."""
    try:
        data = read_bounded(path)
        return manifest.parse(data), hashlib.sha256(data).hexdigest()
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(_problem(ProblemKind.MANIFEST_UNREADABLE, path, reference, error)) from error


def read_model(path: Path, reference: Reference, blobs: Blobs) -> InstalledModel:
    """Raises Unreadable when the manifest or its config cannot be read, FileNotFoundError when the manifest is gone."""
    found, digest = read_manifest(path, reference)
    return InstalledModel(
        reference=reference,
        digest=digest,
        modified_at_ns=path.stat().st_mtime_ns,
        size_bytes=found.size_bytes,
        config_layer=found.config,
        layers=found.layers,
        config=read_config(found, reference, blobs),
    )


def read_bounded(path: Path) -> bytes:
    """A small file's bytes. Raises OSError, and ValueError when it is too large to be a manifest, config or text."""
    with path.open("rb") as source:
        data = source.read(manifest.MAX_BYTES + 1)
    if len(data) > manifest.MAX_BYTES:
        raise ValueError(f"larger than {manifest.MAX_BYTES} bytes")
    return data


def read_config(found: manifest.Manifest, reference: Reference, blobs: Blobs) -> ModelConfig:
    """Raises Unreadable when it is not there or is none."""
    if not found.config.digest:
        return ModelConfig()
    blob = blobs.path(found.config.digest)
    try:
        return config_blob.parse(read_bounded(blob))
    except FileNotFoundError as error:
        raise Unreadable(_problem(ProblemKind.BLOB_MISSING, blob, reference, error)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(_problem(ProblemKind.CONFIG_UNREADABLE, blob, reference, error)) from error


def _files(folder: Path, depth: int, problems: list[StoreProblem]) -> list[Path]:
    """The files `depth` levels down; a folder below the first that may not be read becomes a problem."""
    found: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            if depth > 1 and entry.is_dir():
                try:
                    found += _files(path, depth - 1, problems)
                except OSError as error:
                    problems.append(_problem(ProblemKind.MANIFEST_UNREADABLE, path, None, error))
            elif depth == 1 and not entry.is_dir():
                found.append(path)
    return found


def _problem(kind: ProblemKind, path: Path, reference: Reference | None, error: Exception) -> StoreProblem:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return StoreProblem(kind, path, reference, reason or type(error).__name__)
