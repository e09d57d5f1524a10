"""What can go wrong above the rooms: names nobody declared, models nobody installed, services that did not follow."""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import ArrieroError, BusyError, EnvironmentFault, NotFoundError, OperationFailed, UsageError


class SlotUnknown(NotFoundError):
    code = "slot.unknown"
    name: str
    nearest: str | None
    known: tuple[str, ...]


class VariantUnknown(NotFoundError):
    code = "variant.unknown"
    slot: str
    name: str
    nearest: str | None
    known: tuple[str, ...]


class ReferenceInvalid(UsageError):
    code = "reference.invalid"
    text: str


class SlotInactive(OperationFailed):
    code = "slot.inactive"
    slot: str
    state: str


class ModelInUse(BusyError):
    """The model's slot is active; removing its files under it would break the next load."""

    code = "model.in_use"
    slot: str
    reference: str


class NotActiveAfterwards(OperationFailed):
    """Everything was done, yet the slot was not seen active afterwards."""

    code = "slot.not_active"
    slot: str
    state: str


class RootWouldOwn(UsageError):
    """With `sudo`, what is written to `path` would be root's, and no longer its owner's to change."""

    code = "root.would_own"
    path: Path
    owner: str


class PlanChanged(BusyError):
    """Between showing a plan and carrying it out, something changed: it would be another one now."""

    code = "plan.changed"


class ChatFailed(OperationFailed):
    """The model's server refused or broke off: HTTP status (0: the connection broke) and its own words."""

    code = "chat.failed"
    slot: str
    status: int
    detail: str


class AnswerFailed(OperationFailed):
    """A service that had loaded its model did not answer one short question: `detail` has its words."""

    code = "service.answer_failed"
    slot: str
    model: str
    detail: str


class _Explained(OperationFailed):
    """`parts`: the reasons, told below the error itself and not among its parameters."""

    parts: tuple[ArrieroError, ...]

    def params(self) -> dict[str, object]:
        return {name: value for name, value in super().params().items() if name != "parts"}


class VersionUndone(_Explained):
    """The new version (`tried`) did not work, and all is as before with the old one (`kept`)."""

    code = "version.undone"
    reference: str
    tried: str
    kept: str


class VersionStranded(_Explained):
    """The new version did not work, the old one is back in the store but did not start."""

    code = "version.stranded"
    reference: str
    slot: str
    kept: str


class NoPreviousVersion(NotFoundError):
    """There is nothing to go back to: the model was never updated here, or its old version was pruned."""

    code = "version.no_previous"
    reference: str


class BlobCorrupt(OperationFailed):
    """An installed file does not hold the bytes that its name promises. `models`: who uses it."""

    code = "model.blob_corrupt"
    path: Path
    models: tuple[str, ...]


class CardFull(OperationFailed):
    """The model ended up on the processor: the card had `free_bytes` at its load. `holders`: who else has memory."""

    code = "card.full"
    slot: str
    model: str
    needed_bytes: int
    free_bytes: int
    holders: tuple[str, ...]


class CardUnusable(EnvironmentFault):
    """The model ended up on the processor: the card cannot be used. `state`: a GpuState; `detail`: NVML's words."""

    code = "card.unusable"
    slot: str
    model: str
    state: str
    detail: str


class CardNotUsed(OperationFailed):
    """The model ended up on the processor although the card works and had room: its service does not see it."""

    code = "card.not_used"
    slot: str
    model: str


class CardNotReleased(OperationFailed):
    """Services ended, but after `waited_s` the driver still counts memory of theirs. `holders`: listed processes."""

    code = "card.not_released"
    free_bytes: int
    waited_s: float
    holders: tuple[str, ...]


class FileExists(UsageError):
    """Where something is to be written there is a file already; it is left alone."""

    code = "file.exists"
    path: Path


class FileRefused(EnvironmentFault):
    """The system does not let us read or write this file; `reason` is its own text."""

    code = "file.refused"
    path: Path
    reason: str


class ArchiveInvalid(OperationFailed):
    """No archive of a model as `export` writes it; `what` names the flaw. Nothing of it was kept."""

    code = "archive.invalid"
    path: Path
    what: str


class TargetMissing(UsageError):
    """A GGUF file does not say which model it is to be."""

    code = "import.target_missing"
    path: Path


class HeaderUnknown(NotFoundError):
    """Nothing is known of a model before it is there: what it comes from cannot be read in part. `name`: what to
    download it by."""

    code = "fit.header_unknown"
    reference: str
    name: str


class GuardNeedless(EnvironmentFault):
    """`guard` has nothing to watch: there is no card that models could be on. `state`: a GpuState."""

    code = "guard.needless"
    state: str
    detail: str


class GuardFailed(OperationFailed):
    """`guard` did not come up. `last_exit`: how it ended, `timeout` when it kept silent; `tail`: its last words."""

    code = "guard.failed"
    last_exit: str
    tail: str
