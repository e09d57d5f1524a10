"""The one protocol behind which models are served: `native` (engine processes) and `docker` (Compose + Ollama).

A backend carries out and observes; it decides nothing and remembers nothing that it cannot find again by looking.
Every method may be called from several processes at once; the caller holds the command lock for those that mutate.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from arriero.core.errors import ArrieroError
from arriero.core.progress import Report


@dataclass(frozen=True)
class ServiceSpec:
    """What a backend needs to serve one slot: plain values, so that it knows neither catalogue nor settings.

    `name` is the service's name everywhere: `ollama-qwen` for the slot `qwen`. `api_key_file` holds one line, the key.
    `gpu`: which NVIDIA card, as the `gpu` setting names it; empty: the first.
    """

    slot: str
    name: str
    host: str
    port: int
    models_dir: Path
    model: str
    context: int
    kv_cache: str
    keep_alive: str
    parallel: int
    max_queue: int
    max_body_bytes: int
    origins: tuple[str, ...] = ()
    threads: int = 0
    api_key_file: Path | None = None
    speculation: str = "none"
    gpu: str = ""


@dataclass(frozen=True)
class PortHolder:
    """Who listens on a port: as much as this user may see. `pid` 0: someone, but the system does not say who."""

    port: int
    pid: int
    process: str
    container: str | None = None


@dataclass(frozen=True)
class LoadedModel:
    """One line of `/api/ps`: what the server has in memory now."""

    name: str
    size_bytes: int
    vram_bytes: int
    context: int
    expires_at: str


@dataclass(frozen=True)
class ContainerSnapshot:
    """The container behind a service, as its engine tells it.

    `id`: its first 12 digits. `state`: created, running, paused, restarting, removing, exited or dead. `health`:
    starting, healthy, unhealthy; None without a health check. `exit_code`: of the last run, None while it runs.
    `image`: the name it was made from; `image_id`: what runs; `tag_image_id`: what that name means now, None when the
    engine has no such image any more. `error`: why the engine could not start it, empty when it could.
    """

    id: str
    name: str
    state: str
    health: str | None
    exit_code: int | None
    oom_killed: bool
    image: str
    image_id: str
    tag_image_id: str | None
    error: str

    @property
    def image_is_old(self) -> bool:
        """The name means another image by now."""
        return self.tag_image_id is not None and self.tag_image_id != self.image_id


@dataclass(frozen=True)
class ServiceSnapshot:
    """What was seen of one slot's service at `seen_at`; nothing in here is remembered or assumed.

    `restarts` is None when nobody can say it any more (the run folder was cleared while the service lived).
    phase: `absent` (nothing of ours runs, and what did was ended on purpose), `starting` (our process lives, the port
    does not answer yet), `serving`, `restarting` (crashed, and waiting for the next try), `failed` (it is not tried any
    more, or runs and is of no use), `blocked` (the port is someone else's: see `holder`).
    `container`: with Docker, the slot's container, also one that does not run.
    """

    slot: str
    phase: str
    port: int
    pid: int | None
    started_at: datetime | None
    restarts: int | None
    last_exit: str | None
    answers: bool
    version: str | None
    loaded: tuple[LoadedModel, ...]
    models: tuple[str, ...]
    holder: PortHolder | None
    settings_hash: str | None
    memory_bytes: int | None
    seen_at: datetime
    container: ContainerSnapshot | None = None


class EventKind(StrEnum):
    """What can happen to a service; `listening` and `lost` concern all of them.

    `listening`: from here on nothing is missed, so this is the moment to look at everything; the first event always is
    one, and one follows every `lost` (nobody tells any more: Docker's engine went away).
    """

    LISTENING = "listening"
    LOST = "lost"
    STARTED = "started"
    ENDED = "ended"
    CHANGED = "changed"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    REMOVED = "removed"


@dataclass(frozen=True)
class ServiceEvent:
    """Something happened to a slot's service (None: to all): a reason to look again, and no substitute for looking."""

    slot: str | None
    kind: EventKind
    at: datetime


@dataclass(frozen=True)
class ServiceStats:
    """What a running service uses. `cpu_s`: processor seconds since its start; the difference of two is its load."""

    slot: str
    cpu_s: float
    memory_bytes: int
    seen_at: datetime


@dataclass(frozen=True)
class StopReport:
    """What ending a service gave back, as observed afterwards."""

    slot: str
    was_running: bool
    port_free: bool
    memory_freed_bytes: int
    took_s: float
    leftovers: tuple[int, ...] = ()


class Backend(Protocol):
    """Serves slots. Errors are `arriero.runtime.errors`; cancellation leaves a state that `inspect` describes."""

    kind: str

    async def start(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        """Brings the service up and waits until it answers, then loads `spec.model` and checks the context served.

        Idempotent: a service that already runs with the same settings is only loaded; with others it is restarted.
        Raises PortTaken (with the holder), ServiceFailed (with the log's tail), LoadFailed, ContextDiffers.
        """
        ...

    async def restart(self, spec: ServiceSpec, report: Report) -> ServiceSnapshot:
        """Ends what runs, if anything, and starts it with this spec; raises as `start` does, and StopIncomplete."""
        ...

    async def stop(self, slot: str, port: int, report: Report) -> StopReport:
        """Ends the service and what it started; returns only when process and port are gone, or says what is left."""
        ...

    async def sweep(self, slots: Sequence[str], report: Report) -> list[StopReport]:
        """Ends what is there of slots that are none of these, as they were declared once, and takes away what the
        services had in common. Raises as `inspect`.
        """
        ...

    async def inspect(self, slots: Sequence[tuple[str, int]]) -> list[ServiceSnapshot]:
        """Looks at every (slot, port), in parallel, within two seconds; never raises for what it finds.

        Raises only when it cannot look at all: with Docker, when there is no engine to ask.
        """
        ...

    async def stats(self, slots: Sequence[str]) -> list[ServiceStats]:
        """What each of these slots' services uses now; those that do not run are left out. Raises as `inspect`."""
        ...

    def events(self, slots: Sequence[str]) -> AsyncIterator[ServiceEvent]:
        """What happens to these slots' services, until the caller stops, `listening` first. It waits and does not poll.

        It says nothing of who else takes a port, nor of models that are loaded and unloaded inside a service.
        """
        ...

    def logs(self, slot: str, *, tail: int, follow: bool) -> AsyncIterator[str]:
        """Lines of the service's log, the last `tail` first; with `follow` goes on until the caller stops."""
        ...

    def settings_hash(self, spec: ServiceSpec) -> str:
        """A short hash of all that would need a restart if it changed; equal to the snapshot's when in step."""
        ...

    def hands_out_card(self) -> bool | None:
        """Whether its services are started with the graphics card; None: they take it if they were built for it."""
        ...

    def remarks(self) -> tuple[ArrieroError, ...]:
        """What somebody did to the backend's own files, told beside every look; none of it keeps it from working."""
        ...
