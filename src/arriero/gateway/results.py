"""What the gateway's use cases return: `cli` and `tui` render it, and it is the `data` of the JSON contract."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExposureStatus:
    """Where other machines reach the gateway. `fingerprint`: SHA-256 of the certificate. Moments are RFC 3339."""

    urls: tuple[str, ...]
    certificate: str
    fingerprint: str
    since: str | None


@dataclass(frozen=True)
class GatewayStatus:
    """The gateway as it was seen. `state`: on, starting, failed (nobody tries any more) or off.

    `url`: the OpenAI base URL. `answers`: it does not hang. `flying` (requests under way), `waiting` and `loading` (a
    slot) are from its `/health`; None where it asks this machine for a key too. `in_step` None: it does not run.
    `keys`: how many hold.
    """

    state: str
    url: str
    pid: int | None
    restarts: int | None
    last_exit: str | None
    memory_bytes: int | None
    in_step: bool | None
    answers: bool
    flying: int | None
    waiting: int | None
    loading: str | None
    keys: int
    exposure: ExposureStatus | None
    resting_since: str | None
    log: str


@dataclass(frozen=True)
class GatewayOutcome:
    """`action`: start, restart, stop or nothing: what was done, or on a dry run would be."""

    action: str
    gateway: GatewayStatus
    dry_run: bool


@dataclass(frozen=True)
class NewKey:
    """`key` is told here and nowhere else."""

    name: str
    key: str
    slots: tuple[str, ...]
    expires_at: str | None


@dataclass(frozen=True)
class KeyStatus:
    """`state`: holds, expired or revoked. `slots` empty: all."""

    name: str
    state: str
    slots: tuple[str, ...]
    created_at: str
    expires_at: str | None
    revoked_at: str | None


@dataclass(frozen=True)
class KeyList:
    keys: tuple[KeyStatus, ...]


@dataclass(frozen=True)
class ExposureOutcome:
    """`exposure`: what is reachable, or on a dry run would be; None when it was ended. `models`: what can be used.
    `restarted`: the gateway ran and was started anew with it; connections that were open are cut."""

    exposure: ExposureStatus | None
    models: tuple[str, ...]
    keys: tuple[str, ...]
    restarted: bool
    dry_run: bool
