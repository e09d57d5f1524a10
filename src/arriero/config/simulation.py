"""How a simulated card is asked for: `rtx2070s`, or `rtx2070s,desktop=900M,release=3,fault=stuck`.

A declared value; what it does is `arriero.hardware.simulated`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from arriero.core.units import parse_bytes

CARDS = ("rtx2070s",)
FAULTS = ("none", "stuck", "lost", "unknown", "mismatch", "library", "hang")
_OPTIONS = ("desktop", "release", "fault", "containers", "revoked")
EXAMPLE = "rtx2070s,desktop=900M,release=3,fault=stuck"


@dataclass(frozen=True)
class SimulationSpec:
    """`desktop_bytes`: what a made-up desktop takes. `release_s`: how long the driver keeps the memory of a process
    that has ended. `fault`, one of FAULTS: `stuck` keeps it for ever, the others are how NVML fails. `containers`: our
    engines in containers, whoever's they are, are on the card too. `revoked_at`: whoever was started before that moment
    (seconds since the epoch) has lost the card, as after a suspend or a `daemon-reload`; who starts anew has it.
    """

    text: str
    card: str
    desktop_bytes: int = 600_000_000
    release_s: float = 0.0
    fault: str = "none"
    containers: bool = False
    revoked_at: float = 0.0


def parse_simulation(text: str) -> SimulationSpec:
    """Raises ValueError with the part that is wrong."""
    card, *options = text.split(",")
    if card not in CARDS:
        raise ValueError(card)
    values: dict[str, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or name in values or name not in _OPTIONS:
            raise ValueError(option)
        values[name] = value
    fault, release_s = values.get("fault", "none"), float(values.get("release", "0"))
    containers, revoked_at = values.get("containers", "no"), float(values.get("revoked", "0"))
    if fault not in FAULTS or not 0 <= release_s <= 3600 or containers not in ("yes", "no") or not revoked_at >= 0:
        raise ValueError(text)
    return SimulationSpec(
        text=text,
        card=card,
        desktop_bytes=parse_bytes(values.get("desktop", "600M")),
        release_s=release_s,
        fault=fault,
        containers=containers == "yes",
        revoked_at=revoked_at,
    )
