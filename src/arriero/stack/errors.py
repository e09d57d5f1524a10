"""What can go wrong above the rooms: names nobody declared, models nobody installed, services that did not follow."""

from __future__ import annotations

from arriero.core.errors import BusyError, EnvironmentFault, NotFoundError, OperationFailed, UsageError


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


class NotInstalled(NotFoundError):
    """The slot's model is not in the store and cannot be fetched yet: it must be imported, or pulled by an Ollama."""

    code = "model.not_installed"
    slot: str
    reference: str
    models_dir: str


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


class BackendUnavailable(EnvironmentFault):
    code = "backend.unavailable"
    backend: str
    available: tuple[str, ...]


class ChatFailed(OperationFailed):
    """The model's server refused or broke off: HTTP status (0: the connection broke) and its own words."""

    code = "chat.failed"
    slot: str
    status: int
    detail: str
