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


@dataclass(eq=False)
class GgufError(OperationFailed):
    """A file cannot be used as a model. What `gguf.read_header` raises is below this class."""

    path: Path


@dataclass(eq=False)
class GgufMissing(GgufError, NotFoundError):
    """There is no such file."""

    code = "gguf.missing"


@dataclass(eq=False)
class GgufNotAFile(GgufError):
    """A folder, a socket, a device: nothing that has bytes to import."""

    code = "gguf.not_a_file"


@dataclass(eq=False)
class GgufUnreadable(GgufError):
    """The system refuses to read it; `reason` is its own text, `owner` whose file it is."""

    code = "gguf.unreadable"
    owner: str
    reason: str


@dataclass(eq=False)
class NotGguf(GgufError):
    """It does not begin with `GGUF`."""

    code = "gguf.not_gguf"


@dataclass(eq=False)
class GgufBigEndian(GgufError):
    """Written for big-endian machines; llama.cpp cannot load it here."""

    code = "gguf.big_endian"


@dataclass(eq=False)
class GgufUnsupportedVersion(GgufError):
    """Versions 2 and 3 are read."""

    code = "gguf.unsupported_version"
    version: int


@dataclass(eq=False)
class GgufTruncated(GgufError):
    """The file ends before what its header promises: an interrupted download, mostly."""

    code = "gguf.truncated"
    size_bytes: int
    needed_bytes: int


@dataclass(eq=False)
class GgufHostile(GgufError):
    """The header asks for what no real model needs. `what` names the field; `value` is beyond `limit`."""

    code = "gguf.hostile"
    what: str
    value: int
    limit: int


@dataclass(eq=False)
class GgufMalformed(GgufError):
    """The header contradicts the format. `what` names the field, `value` is what stands there."""

    code = "gguf.malformed"
    what: str
    value: str


@dataclass(eq=False)
class GgufUnknownTensorType(GgufError):
    """A tensor type this version does not know, so that nobody can say whether the file is whole."""

    code = "gguf.unknown_tensor_type"
    tensor: str
    type_number: int


@dataclass(eq=False)
class GgufSplit(GgufError):
    """One file of a model that was split into `parts`."""

    code = "gguf.split"
    parts: int


@dataclass(eq=False)
class GgufNotAModel(GgufError):
    """A GGUF, but no model of its own: an adapter, a projector, an importance matrix. `kind` is what it says it is."""

    code = "gguf.not_a_model"
    kind: str


@dataclass(eq=False)
class PipMissing(EnvironmentFault):
    """The Python that runs Arriero has no pip to fetch a wheel with."""

    code = "wheel.pip_missing"
    python: str


@dataclass(eq=False)
class WheelFetchFailed(OperationFailed):
    """pip could not download the wheel; `detail` is the end of what it said."""

    code = "wheel.fetch_failed"
    requirement: str
    detail: str


@dataclass(eq=False)
class WheelCorrupt(OperationFailed):
    """The wheel does not hold the pinned file; nothing of it was kept."""

    code = "wheel.corrupt"
    requirement: str
    detail: str
