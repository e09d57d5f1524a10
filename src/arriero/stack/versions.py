"""Versions of a model: the one in use, and the one before under a tag of its own, so that no Ollama prunes its blobs.

Invariant: `NAME:TAG-prev` is a manifest like any other; whatever is killed at whatever moment, both names lead to whole
models or one of them to none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from arriero.core.ids import Reference
from arriero.stack.targets import Target
from arriero.stack.world import World
from arriero.state import InstalledVersion
from arriero.store import InstalledModel, Store

SUFFIX = "-prev"
MAX_PART = 80  # Ollama 0.33, types/model/name.go


def previous_of(reference: Reference) -> Reference:
    """The name under which its version before is kept. A tag that leaves no room for the suffix is cut, and told apart
    by a hash."""
    tag = reference.tag
    if len(tag) + len(SUFFIX) > MAX_PART:
        tag = f"{tag[: MAX_PART - len(SUFFIX) - 9]}-{hashlib.sha256(tag.encode()).hexdigest()[:8]}"
    return replace(reference, tag=tag + SUFFIX)


def previous_among(installed: Sequence[InstalledModel]) -> list[InstalledModel]:
    """Those that are kept as the version before of another that is there."""
    names = {previous_of(model.reference) for model in installed}
    return [model for model in installed if model.reference in names]


@dataclass(frozen=True)
class Pair:
    """Both manifests' bytes as they are; None for what is not there."""

    current: bytes | None
    previous: bytes | None


def read_pair(store: Store, reference: Reference) -> Pair:
    def raw(name: Reference) -> bytes | None:
        return store.raw_manifest(name) if store.find(name) else None

    return Pair(raw(reference), raw(previous_of(reference)))


def digest_of(raw: bytes | None) -> str:
    """64 hex digits, as `/api/tags` shows them; empty for nothing."""
    return hashlib.sha256(raw).hexdigest() if raw is not None else ""


def write_pair(store: Store, target: Target, pair: Pair) -> None:
    """Both names, in the order in which a kill in between loses neither what is wanted now nor what was in use.

    Aliases follow the current one. Raises the store's errors.
    """
    previous = previous_of(target.reference)
    goes_back = pair.current is not None and pair.current == read_pair(store, target.reference).previous
    names = [(previous, pair.previous), (target.reference, pair.current)]
    for name, raw in reversed(names) if goes_back else names:
        if raw is not None:
            store.write_raw_manifest(name, raw)
    if pair.previous is None and store.find(previous):
        store.delete(previous)
    write_aliases(store, target)


def write_aliases(store: Store, target: Target) -> None:
    """Every further name of a variant is a second manifest on the same blobs, and follows the first one's changes."""
    for alias in target.aliases:
        known = store.find(alias)
        if known is None or known.digest != store.get(target.reference).digest:
            store.copy(target.reference, alias)


def record_versions(world: World, target: Target) -> None:
    """Writes down what the store holds now, and where the target's bytes came from."""
    world.writable_state().record_versions(
        [
            InstalledVersion(
                str(model.reference),
                model.digest,
                model.size_bytes,
                model.modified_at,
                target.source if model.reference.matches(target.reference) else None,
            )
            for model in world.store.list()
        ]
    )
