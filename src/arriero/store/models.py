"""What was found in the store: an installed model, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from arriero.core.ids import Reference
from arriero.store import media
from arriero.store.config_blob import ModelConfig
from arriero.store.manifest import Layer


@dataclass(frozen=True)
class InstalledModel:
    """A readable manifest and its config. `digest`: 64 hex of the manifest file's bytes, as `/api/tags` shows it."""

    reference: Reference
    digest: str
    modified_at_ns: int
    size_bytes: int
    config_layer: Layer
    layers: tuple[Layer, ...]
    config: ModelConfig

    @property
    def modified_at(self) -> datetime:
        return datetime.fromtimestamp(self.modified_at_ns / 1e9, UTC)

    def layers_of(self, kind: str) -> tuple[Layer, ...]:
        """All layers of a kind of `media.KINDS`, in the manifest's order. Raises KeyError for another word."""
        return tuple(layer for layer in self.layers if layer.media_type in media.KINDS[kind])

    def layer(self, kind: str) -> Layer | None:
        """The layer of that kind; of several the last, which is the one that wins in Ollama."""
        found = self.layers_of(kind)
        return found[-1] if found else None


class ProblemKind(StrEnum):
    MANIFEST_NAME = "manifest_name"
    MANIFEST_UNREADABLE = "manifest_unreadable"
    CONFIG_UNREADABLE = "config_unreadable"
    BLOB_MISSING = "blob_missing"
    BLOB_SIZE = "blob_size"
    FOREIGN_OWNER = "foreign_owner"
    FOREIGN_SERVER = "foreign_server"


@dataclass(frozen=True)
class StoreProblem:
    """`reference` is None where the file's place is no model's name. `detail`: a reason, digest, owner or process."""

    kind: ProblemKind
    path: Path
    reference: Reference | None
    detail: str


@dataclass(frozen=True)
class Removal:
    """What deleting a model took away. `unreadable`: manifests that may need the blobs, so all blobs were kept."""

    reference: Reference
    removed_digests: tuple[str, ...]
    freed_bytes: int
    unreadable: tuple[Path, ...]
