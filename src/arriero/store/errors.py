"""What can go wrong with the model store and the files that enter it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from arriero.core.errors import EnvironmentFault, NotFoundError, OperationFailed, UsageError


@dataclass(eq=False)
class ModelNotInstalled(NotFoundError):
    """No manifest of that name. `nearest` is the installed name most like it."""

    code = "store.model_not_installed"
    reference: str
    nearest: str | None


@dataclass(eq=False)
class ModelDamaged(OperationFailed):
    """There is a manifest of that name, but it or its config cannot be read."""

    code = "store.model_damaged"
    reference: str
    path: Path
    reason: str


@dataclass(eq=False)
class BlobMissing(OperationFailed):
    """A model names a blob that is not there or has another size."""

    code = "store.blob_missing"
    digest: str
    path: Path


@dataclass(eq=False)
class BadDigest(UsageError):
    """Not `sha256:` and 64 hex digits."""

    code = "store.bad_digest"
    digest: str


@dataclass(eq=False)
class StoreReadOnly(EnvironmentFault):
    """The store lies on a read-only filesystem."""

    code = "store.read_only"
    path: Path


@dataclass(eq=False)
class StoreFull(EnvironmentFault):
    """`needed_bytes` is what the write still needed, `free_bytes` what this user may still use."""

    code = "store.full"
    path: Path
    needed_bytes: int
    free_bytes: int


@dataclass(eq=False)
class StorePermission(EnvironmentFault):
    """This user may not read or write `path`; `owner` is the name (or number) of whose it is."""

    code = "store.permission"
    path: Path
    owner: str


@dataclass(eq=False)
class StoreFailed(OperationFailed):
    """The operating system refused for another reason; `reason` is its own text."""

    code = "store.failed"
    path: Path
    reason: str
