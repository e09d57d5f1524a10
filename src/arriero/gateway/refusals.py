"""What each error is to a client of the gateway: a status, and a sentence with the next command to type."""

from __future__ import annotations

import logging

from arriero.core.errors import ArrieroError, BusyError
from arriero.engine.api.refusal import Refusal
from arriero.gateway.errors import EverythingRests, ModelMissing, SlotPinned

_AGAIN_S = 30
logger = logging.getLogger("arriero.gateway")


def refusal_for(error: Exception) -> Refusal:
    """A failed load is told with its cause: the error's code and its own words."""
    if isinstance(error, Refusal):
        return error
    if not isinstance(error, ArrieroError):
        logger.error("a defect", exc_info=error)
        return Refusal(500, "internal server error")
    if isinstance(error, ModelMissing):
        missing = f"model '{error.reference}' is not installed; install it with: ./main.sh pull {error.slot}"
        return Refusal(404, missing)
    if isinstance(error, BusyError):
        return Refusal(503, _why_not_now(error), {"Retry-After": str(_AGAIN_S)})
    return Refusal(500, f"the model could not be loaded: {_told(error)}")


def _why_not_now(error: BusyError) -> str:
    match error:
        case EverythingRests():
            return f"everything was stopped with `down` ({error.since}); start again with: ./main.sh up"
        case SlotPinned():
            return f"{error.slot} is pinned and {error.wanted} does not fit beside it (gateway.pins)"
    return _told(error)


def _told(error: ArrieroError) -> str:
    fields = error.params()
    words = [str(fields[name]) for name in ("slot", "detail", "tail", "last_exit") if fields.get(name)]
    return f"{error.code}: {' '.join(words)}" if words else str(error)
