"""What the planner looks at: one slot as declared, desired and observed, reduced to what decisions need."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What was seen of a slot's service; the words of `ServiceSnapshot.phase`."""

    ABSENT = "absent"
    STARTING = "starting"
    SERVING = "serving"
    RESTARTING = "restarting"
    FAILED = "failed"
    BLOCKED = "blocked"

    @property
    def ours(self) -> bool:
        """Something of ours is there that a stop would end."""
        return self not in (Phase.ABSENT, Phase.BLOCKED)


@dataclass(frozen=True)
class DesiredView:
    """What the user last asked of a slot. `since` is RFC 3339."""

    active: bool
    variant: str
    since: str


@dataclass(frozen=True)
class SlotView:
    """One slot. `desired` None: nobody has asked anything of it yet, so whatever is seen is right.

    `variant` is the one to serve (asked for, else seen, else the default); `installed` tells whether its bytes are in
    the store, `download_bytes` what fetching them takes as far as that is declared; `answers` whether the service
    replied when it was asked; `in_step` whether it runs with today's settings (None: it does not run); `holder` names
    who has the port when the phase is BLOCKED; `unproven` is the version that a switch had begun when it was cut off.
    `elsewhere` names another backend than the chosen one under which something of the slot is there, and the other
    fields are of that one when the chosen one has nothing; `begun_at` is since when the service runs (RFC 3339).
    `remains`: nothing runs, but a container that was stopped is still there; `unwell`: a container that is `paused` or
    `unhealthy`; `old_image`: the name of the image, where the container was made from what that name meant before.
    `off_card` is why its model is on the processor although it should be on the card, as a DriftCode; else empty.
    """

    slot: str
    port: int
    phase: Phase
    variant: str
    reference: str
    installed: bool
    download_bytes: int | None
    desired: DesiredView | None
    in_step: bool | None
    served_elsewise: str | None = None
    answers: bool = True
    holder: str = ""
    priority: int = 100
    unproven: str = ""
    elsewhere: str = ""
    begun_at: str = ""
    off_card: str = ""
    remains: bool = False
    unwell: str = ""
    old_image: str = ""
