"""A container as GET /containers/{id}/json describes it, read into what Arriero needs; and which containers are ours.

Invariant: ours is what carries the project's and the slot's labels. A name alone says nothing.
"""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from arriero.runtime.backend import ContainerSnapshot
from arriero.runtime.docker.compose_files import SLOT_LABEL, observed_hash
from arriero.runtime.docker.engine import Engine

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
ONEOFF_LABEL = "com.docker.compose.oneoff"

_NEVER = "0001-01-01"  # Go's zero time: how the engine writes "not yet"
_BY_HAND = (0, 128 + signal.SIGTERM, 128 + signal.SIGKILL)


@dataclass(frozen=True)
class Container:
    """`pid` 0: it does not run. `host`, `port`: where its server is published, None when it is not."""

    snapshot: ContainerSnapshot
    full_id: str
    slot: str
    service: str
    settings_hash: str
    pid: int
    restarts: int
    created_at: datetime
    started_at: datetime | None
    host: str
    port: int | None
    failing_checks: int
    last_check: str

    @property
    def is_well(self) -> bool:
        return self.snapshot.state == "running" and self.snapshot.health != "unhealthy"

    @property
    def ended_on_purpose(self) -> bool:
        """Told to end, by whomever: an engine does not restart it then, and its status is that of the signal."""
        seen = self.snapshot
        return seen.state == "exited" and seen.exit_code in _BY_HAND and not seen.oom_killed and not seen.error

    @property
    def last_exit(self) -> str | None:
        """How the last run ended: "exit 3", "SIGKILL", "OOM"; None while nothing is known to have ended."""
        seen = self.snapshot
        if seen.oom_killed:
            return "OOM"
        if seen.exit_code is None or (seen.state == "created" and not seen.error):
            return None
        return how_it_ended(seen.exit_code)


async def find(engine: Engine, project: str, slot: str | None = None) -> list[Container]:
    """The project's containers (of one slot), the newest first; those that only `run` a command are none of them."""
    labels = [f"{PROJECT_LABEL}={project}", f"{SLOT_LABEL}={slot}" if slot else SLOT_LABEL]
    listed = await engine.get("/containers/json", all=True, filters={"label": labels}) or []
    wanted = [one["Id"] for one in listed if not _is_oneoff(one)]
    told = await asyncio.gather(*(engine.get(f"/containers/{full_id}/json") for full_id in wanted))
    return [parse(one) for one in told if one is not None]


def _is_oneoff(listed: dict[str, Any]) -> bool:
    return str(listed["Labels"].get(ONEOFF_LABEL)) == "True"


def parse(told: dict[str, Any], tag_image_id: str | None = None) -> Container:
    """From the engine's JSON. Pure."""
    state, config, labels = told["State"], told["Config"], told["Config"]["Labels"]
    health = state.get("Health") or {}
    host, port = _published(told)
    running = bool(state["Running"])
    return Container(
        snapshot=ContainerSnapshot(
            id=told["Id"][:12],
            name=told["Name"].lstrip("/"),
            state=state["Status"],
            health=health.get("Status") if health.get("Status") != "none" else None,
            exit_code=None if running and not state["Restarting"] else state["ExitCode"],
            oom_killed=bool(state["OOMKilled"]),
            image=config["Image"],
            image_id=told["Image"],
            tag_image_id=tag_image_id,
            error=state["Error"],
        ),
        full_id=told["Id"],
        slot=labels[SLOT_LABEL],
        service=labels.get(SERVICE_LABEL, ""),
        settings_hash=observed_hash(told),
        pid=state["Pid"],
        restarts=told["RestartCount"],
        created_at=_required_moment(told["Created"]),
        started_at=_moment(state["StartedAt"]),
        host=host,
        port=port,
        failing_checks=health.get("FailingStreak", 0),
        last_check=_last_check(health),
    )


def _published(told: dict[str, Any]) -> tuple[str, int | None]:
    """What was asked for, so that one that does not run is told with its port too; the real port where it runs."""
    asked = told["HostConfig"].get("PortBindings") or {}
    real = told["NetworkSettings"].get("Ports") or {}
    for inside in asked:
        for binding in (real.get(inside) or []) + (asked[inside] or []):
            if binding["HostPort"].isdigit():
                return binding["HostIp"] or "0.0.0.0", int(binding["HostPort"])  # noqa: S104 - read, not bound
    return "127.0.0.1", None


def _last_check(health: dict[str, Any]) -> str:
    log = health.get("Log") or []
    return str(log[-1].get("Output", "")).strip() if log else ""


def how_it_ended(exit_code: int) -> str:
    """ "exit 3", or the name of the signal that ended it."""
    if exit_code > 128:
        try:
            return signal.Signals(exit_code - 128).name
        except ValueError:
            return f"exit {exit_code}"
    return f"exit {exit_code}"


def _moment(text: str) -> datetime | None:
    return None if text.startswith(_NEVER) else _required_moment(text)


def _required_moment(text: str) -> datetime:
    """RFC 3339 with up to nine digits of a second; datetime knows six."""
    whole, _, rest = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{rest[:6]:0<6}+00:00")
