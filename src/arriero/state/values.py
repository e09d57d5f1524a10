"""The rows of the state database as values. Moments are timezone-aware UTC, sizes bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class DesiredSlot:
    """What the user asked for last: `since` is when this wish began. `variant` survives a deactivation."""

    slot: str
    variant: str | None
    active: bool
    since: datetime


@dataclass(frozen=True)
class ObservedSlot:
    """What a slot was seen to be (`state` as in `status --json`) and which backend was looked at."""

    slot: str
    state: str
    seen_at: datetime
    backend: str | None = None


@dataclass(frozen=True)
class InstalledVersion:
    """One content that a reference has had in the store. `digest` names the bytes; `current` is the one served now."""

    reference: str
    digest: str
    size_bytes: int
    installed_at: datetime
    source: str | None = None
    current: bool = True


@dataclass(frozen=True)
class Transition:
    """One line of the audit: who (`user`, `pid`) did what (`command`) to which slot, and how it ended."""

    at: datetime
    command: str
    user: str
    pid: int
    slot: str | None
    from_state: str | None
    to_state: str | None
    reason: str
    outcome: str


@dataclass(frozen=True)
class MeasuredLoad:
    """What one load took, as its server told. `digest`: of the weights (`sha256:…`); `context`: for each of `parallel`;
    `engine`: which one and its version; `card`: its name, empty where none was used."""

    digest: str
    context: int
    kv_cache: str
    parallel: int
    engine: str
    card: str
    total_bytes: int
    vram_bytes: int
    seen_at: datetime


@dataclass(frozen=True)
class StoredKey:
    """A key of the gateway's. `hash`: SHA-256 of the key, in hex; the key itself is nowhere. `slots` empty: all."""

    name: str
    hash: str
    slots: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)


@dataclass(frozen=True)
class Exposure:
    """That the gateway answers other machines, since when, and with which certificate and private key (PEM files)."""

    certificate: Path
    private_key: Path
    since: datetime


@dataclass(frozen=True)
class FigureRow:
    """One measured figure; None where nothing could be measured, and then `mark` says why."""

    name: str
    at: int
    median: float | None
    low: float | None
    high: float | None
    p99: float | None
    samples: int
    tokens: int | None
    mark: str
    detail: str


@dataclass(frozen=True)
class MeasurementRow:
    """What was measured of one target. `digest`: of the weights, `version`: of the manifest, `card`: its name; each
    empty where it is not known. `environment` and `notes` are JSON that the state room does not look into."""

    at: datetime
    target: str
    digest: str
    version: str
    card: str
    whole: bool
    environment: str
    notes: str
    figures: tuple[FigureRow, ...]


@dataclass(frozen=True)
class Addition:
    """Something that we brought about on the machine. `step`: the code of the check that asked for it; `undo`: JSON of
    what takes it back, which the state room does not look into."""

    id: int
    at: datetime
    step: str
    undo: str


@dataclass(frozen=True)
class Repair:
    """A file that was not ours to use and was moved aside. kind: `corrupt`, `foreign` or `incomplete`."""

    kind: str
    path: Path
    moved_to: Path
    detail: str
