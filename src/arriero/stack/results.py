"""What use cases return. `cli` and `tui` render these; the `data` of the JSON contract is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from arriero.core.errors import ArrieroError
from arriero.hardware.values import GpuProcess, GpuSnapshot
from arriero.planner import DesiredView, Drift, Plan, Reason
from arriero.runtime.backend import PortHolder, StopReport
from arriero.stack.guard_notes import GuardStatus
from arriero.state import Repair


class ModelState(StrEnum):
    ACTIVE = "active"
    STARTING = "starting"
    INACTIVE = "inactive"
    FAILED = "failed"


class Processor(StrEnum):
    GPU = "gpu"
    MIXED = "mixed"
    CPU = "cpu"


@dataclass(frozen=True)
class VariantStatus:
    """One variant of a slot and what the store has of it. `version`: the manifest digest's first 12 digits; `previous`
    is that of the version before, where one is kept.

    `published_bytes`: the download's true size as far as it is known; `expected_…` are the specification's figures.
    """

    name: str
    reference: str
    aliases: tuple[str, ...]
    installed: bool
    version: str | None
    installed_at: str | None
    size_bytes: int | None
    published_bytes: int | None
    expected_disk_bytes: int | None
    expected_vram_bytes: int | None
    expected_tokens_per_s: tuple[int, int] | None
    previous: str | None = None


@dataclass(frozen=True)
class ModelStatus:
    """One slot as it was seen. `url` is the OpenAI base URL of an active slot (Ollama's API is at its root).

    `context` is what the server has loaded, None while nothing is loaded; `declared_context` is what it will load.
    Moments are RFC 3339. `desired` is what was last asked of it, None when nobody has; `backend` what it
    runs under, None while it does not.
    """

    id: str
    title: str
    purpose: dict[str, str]
    reference: str
    variant: str
    state: ModelState
    url: str | None
    port: int
    installed: bool
    version: str | None
    installed_at: str | None
    size_bytes: int | None
    processor: Processor | None
    context: int | None
    declared_context: int
    kv_cache: str
    variants: tuple[VariantStatus, ...]
    drift: tuple[Drift, ...]
    pid: int | None
    started_at: str | None
    restarts: int | None
    last_exit: str | None
    memory_bytes: int | None
    expires_at: str | None
    desired: DesiredView | None = None
    backend: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class GpuStatus(GpuSnapshot):
    """The card, and whose memory it holds: `ours_bytes` of our services, `others_bytes` of all else, the driver too."""

    ours_bytes: int | None = None
    others_bytes: int | None = None


@dataclass(frozen=True)
class StackStatus:
    """Everything at one moment. `others`: who listens on a port of ours, then who else holds memory of the card.

    `notes` are troubles met on the way, `repairs` what the state database's opening had to set aside. `guard`: None
    where nobody has asked for it.
    """

    backend: str
    backend_reason: Reason
    models: tuple[ModelStatus, ...]
    gpu: GpuStatus
    others: tuple[PortHolder | GpuProcess, ...]
    models_dir: str
    seen_at: str
    notes: tuple[ArrieroError, ...]
    repairs: tuple[Repair, ...]
    guard: GuardStatus | None = None


@dataclass(frozen=True)
class CardRelease:
    """What the driver showed after services were ended. `freed_bytes` may be below what they held, or 0, when another
    program took memory meanwhile. `stuck`: processes of ours that it still lists; `others`: everybody else's.
    """

    free_bytes: int
    freed_bytes: int
    took_s: float
    stuck: tuple[GpuProcess, ...]
    others: tuple[GpuProcess, ...]
    simulated: bool


@dataclass(frozen=True)
class Outcome:
    """What a mutating use case did. `models`: the slots it touched, as seen afterwards; empty on a dry run.

    `failures` are the parts that did not work although the rest was done. `card`: what the driver showed once services
    had ended, None where none did or the card does not tell.
    """

    plan: Plan
    dry_run: bool
    backend: str
    backend_reason: Reason
    models: tuple[ModelStatus, ...]
    stopped: tuple[StopReport, ...]
    failures: tuple[ArrieroError, ...]
    took_s: float
    card: CardRelease | None = None


@dataclass(frozen=True)
class RemovedModel:
    """`freed_bytes`: how much smaller the store's blobs were afterwards; bytes that another model uses stay."""

    references: tuple[str, ...]
    freed_bytes: int
    dry_run: bool


@dataclass(frozen=True)
class ImportedModel:
    reference: str
    version: str
    size_bytes: int
    slot: str | None
    dry_run: bool


@dataclass(frozen=True)
class ChatStats:
    """Of one answer. `ttft_s`: from sending the question to the first piece of text, as the client saw it."""

    tokens: int
    tokens_per_s: float | None
    ttft_s: float | None
    total_s: float
    prompt_tokens: int
    done_reason: str


@dataclass(frozen=True)
class DemoResult:
    """What an editor needs to go on (`url`, `model`, `api_key`) and the proof that the model answers."""

    answer: str
    tokens_per_s: float | None
    ttft_s: float | None
    url: str
    model: str
    api_key: str
    question: str
    outcome: Outcome
