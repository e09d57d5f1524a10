"""How patient the Docker backend is."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Seconds. `up_s`: Compose to make and start a container whose image is there; `start_s`: its server to answer;
    `load_s`: the model; `stop_s`: the server to end before it is killed."""

    up_s: float = 120.0
    start_s: float = 120.0
    load_s: float = 600.0
    stop_s: int = 5
