"""What use cases about models' files and versions return. `cli` and `tui` render these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from arriero.core.errors import ArrieroError
from arriero.store.litter import Litter
from arriero.store.models import StoreProblem


@dataclass(frozen=True)
class Switched:
    """One model's change of version. `before` is None where there was none; both are a digest's first 12 digits.

    `down_s`: from the end of the old service until the new one had answered; None where nothing served it.
    """

    reference: str
    slot: str | None
    before: str | None
    after: str
    down_s: float | None


@dataclass(frozen=True)
class PulledModel:
    """`changed`: whether the registry had something else than the store. On a dry run `download_bytes` is what would
    be fetched, else what was."""

    reference: str
    slot: str | None
    before: str | None
    version: str
    size_bytes: int
    download_bytes: int
    changed: bool
    down_s: float | None
    dry_run: bool


class Freshness(StrEnum):
    CURRENT = "current"
    OUTDATED = "outdated"
    PINNED = "pinned"  # its source never changes: a wheel of one version
    UNKNOWN = "unknown"  # the registry could not be asked


@dataclass(frozen=True)
class VersionCheck:
    """One installed model beside what its registry serves. `changes`: kinds of layers (`model`, `template`...).

    `published_at` is RFC 3339, None where the registry does not say it.
    """

    reference: str
    slot: str | None
    variant: str | None
    freshness: Freshness
    installed: str
    available: str | None
    published_at: str | None
    changes: tuple[str, ...]
    download_bytes: int | None


@dataclass(frozen=True)
class CheckReport:
    checks: tuple[VersionCheck, ...]
    failures: tuple[ArrieroError, ...]


@dataclass(frozen=True)
class UpdateReport:
    """`pulled`: every model that was asked about and did not fail, changed or not."""

    pulled: tuple[PulledModel, ...]
    failures: tuple[ArrieroError, ...]


@dataclass(frozen=True)
class BadLayer:
    """A file that is not what its name promises. fault: `missing`, `size`, `content`, `unreadable`.

    `repaired`: it was mended, and seen to be right since."""

    digest: str
    path: str
    fault: str
    models: tuple[str, ...]
    repaired: bool


@dataclass(frozen=True)
class VerifyReport:
    """`problems` are what the store itself tells of; `litter_bytes`: what belongs to no model, None where unknown."""

    models: tuple[str, ...]
    checked_bytes: int
    bad: tuple[BadLayer, ...]
    problems: tuple[StoreProblem, ...]
    litter_bytes: int | None
    failures: tuple[ArrieroError, ...]


@dataclass(frozen=True)
class PruneReport:
    """`previous`: versions before that were (or would be) given up. `kept_bytes`: too young to be surely unused."""

    removed: tuple[Litter, ...]
    previous: tuple[str, ...]
    freed_bytes: int
    kept_bytes: int
    dry_run: bool


@dataclass(frozen=True)
class ExportedModel:
    reference: str
    file: str
    version: str
    size_bytes: int
    dry_run: bool
