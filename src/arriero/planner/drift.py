"""Where what is seen differs from what was asked for, slot by slot."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from arriero.planner.view import Phase, SlotView


class DriftCode(StrEnum):
    GONE = "gone"  # asked to be active, nothing is there
    STOPPED = "stopped"  # asked to be active, its container is there and was told to end
    UNASKED = "unasked"  # asked to be inactive, yet it runs
    CRASHING = "crashing"  # its supervisor is waiting before the next try
    GAVE_UP = "gave_up"  # nobody tries any more to start it again
    UNHEALTHY = "unhealthy"  # its container runs and fails its health check
    PAUSED = "paused"  # its container is frozen
    PORT_TAKEN = "port_taken"  # someone else answers on its port
    NOT_ANSWERING = "not_answering"  # it listens but does not reply
    SETTINGS_CHANGED = "settings_changed"  # it runs with other settings than today's
    IMAGE_OLD = "image_old"  # its container was made from what the image's name meant before
    NOT_INSTALLED = "not_installed"  # asked to be active, its model is not in the store any more
    OTHER_BACKEND = "other_backend"  # it runs under another backend than the chosen one
    CARD_BROKEN = "card_broken"  # its model is on the processor: the card cannot be used
    NO_ROOM = "no_room"  # its model is on the processor: the card is full
    CARD_NOT_USED = "card_not_used"  # its model is on the processor: the card works and has room
    OTHER_MODEL = "other_model"  # it has a model loaded that is none of the slot's
    UNPROVEN = "unproven"  # a change of its model's version was cut off, and nothing was seen to work since


@dataclass(frozen=True)
class Drift:
    """`since` is when it began (RFC 3339), empty where the look alone cannot say it."""

    code: DriftCode
    since: str = ""
    params: dict[str, str | int] = field(default_factory=dict)


def find_drift(view: SlotView) -> tuple[Drift, ...]:
    """All that differs, the weightiest first. A slot that nobody asked anything of cannot drift from a wish."""
    unproven = [Drift(DriftCode.UNPROVEN, params={"version": view.unproven})] if view.unproven else []
    return (*_unmet_wish(view), *_wrong_service(view), *unproven)


def _unmet_wish(view: SlotView) -> list[Drift]:
    wish = view.desired
    if wish is None:
        return []
    if not wish.active:
        return [Drift(DriftCode.UNASKED, max(view.begun_at, wish.since))] if view.phase.ours else []
    found = []
    if view.phase is Phase.ABSENT:
        found.append(Drift(DriftCode.STOPPED if view.remains else DriftCode.GONE))
    if view.phase is Phase.BLOCKED:
        found.append(Drift(DriftCode.PORT_TAKEN, params={"port": view.port, "holder": view.holder}))
    if not view.installed:
        found.append(Drift(DriftCode.NOT_INSTALLED, params={"reference": view.reference}))
    return found


def _wrong_service(view: SlotView) -> list[Drift]:
    found = []
    wanted = view.desired is None or view.desired.active
    if view.elsewhere and wanted:
        found.append(Drift(DriftCode.OTHER_BACKEND, view.begun_at, {"backend": view.elsewhere}))
    if view.phase is Phase.RESTARTING:
        found.append(Drift(DriftCode.CRASHING))
    if view.phase is Phase.FAILED:
        found.append(Drift(DriftCode(view.unwell or "gave_up")))
    if view.phase is Phase.SERVING and not view.answers:
        found.append(Drift(DriftCode.NOT_ANSWERING))
    if view.phase.ours and view.in_step is False:
        found.append(Drift(DriftCode.SETTINGS_CHANGED))
    if view.phase.ours and view.old_image:
        found.append(Drift(DriftCode.IMAGE_OLD, params={"image": view.old_image}))
    if view.off_card:
        found.append(Drift(DriftCode(view.off_card)))
    if view.served_elsewise:
        found.append(Drift(DriftCode.OTHER_MODEL, params={"model": view.served_elsewise}))
    return found
