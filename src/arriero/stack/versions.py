"""Versions of a model: the one in use, and the one before under a tag of its own, so that no Ollama prunes its blobs.

A change of version gives what is in use a third name (`hold`), renames the new manifest into place (`put`), and when
the outcome is known makes what was held the version before, or forgets it (`settle`). Invariant: killed at any moment,
every version that it is about still has a name, and the names alone tell `read_pair` and `settle` how far it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from arriero.core.ids import Reference
from arriero.stack.targets import Target
from arriero.stack.world import World
from arriero.state import InstalledVersion
from arriero.store import InstalledModel, Store
from arriero.store.errors import ModelDamaged, ModelNotInstalled

PREVIOUS, HELD = "-prev", "-arriero-switch"
MAX_PART = 80  # Ollama 0.33, types/model/name.go


def previous_of(reference: Reference) -> Reference:
    """The name under which its version before is kept."""
    return _with_suffix(reference, PREVIOUS)


def held_of(reference: Reference) -> Reference:
    """The name of the version that was in use when a change began; there only while that is under way or cut off."""
    return _with_suffix(reference, HELD)


def owner_of(reference: Reference) -> Reference:
    """The name whose version this is, in use or not."""
    return replace(reference, tag=reference.tag.removesuffix(HELD).removesuffix(PREVIOUS))


def _with_suffix(reference: Reference, suffix: str) -> Reference:
    """A tag that leaves no room for the suffix is cut, and told apart by a hash."""
    tag = reference.tag
    if len(tag) + len(suffix) > MAX_PART:
        tag = f"{tag[: MAX_PART - len(suffix) - 9]}-{hashlib.sha256(tag.encode()).hexdigest()[:8]}"
    return replace(reference, tag=tag + suffix)


def previous_among(installed: Sequence[InstalledModel]) -> list[InstalledModel]:
    """Those that are kept as the version before of another that is there."""
    names = {previous_of(model.reference) for model in installed}
    return [model for model in installed if model.reference in names]


@dataclass(frozen=True)
class Pair:
    """The bytes of both manifests; None for what is not there or cannot be read."""

    current: bytes | None
    previous: bytes | None


def read_pair(store: Store, reference: Reference) -> Pair:
    """The version in use and the one to go back to: the held one where a change was cut off after it had acted."""
    current, previous = _raw(store, reference), _raw(store, previous_of(reference))
    held = _raw(store, held_of(reference))
    return Pair(current, previous if held in (None, current) else held)


def _raw(store: Store, name: Reference) -> bytes | None:
    try:
        return store.raw_manifest(name) if store.find(name) else None
    except ModelDamaged:
        return None


def digest_of(raw: bytes | None) -> str:
    """64 hex digits, as `/api/tags` shows them; empty for nothing."""
    return hashlib.sha256(raw).hexdigest() if raw is not None else ""


def hold(store: Store, reference: Reference, current: bytes) -> None:
    """What is in use keeps a name of its own until `settle`. Raises the store's errors."""
    store.write_raw_manifest(held_of(reference), current)


def put(store: Store, target: Target, raw: bytes) -> None:
    """The version in use from now on, by one rename; its aliases follow. Raises the store's errors."""
    if _raw(store, target.reference) != raw:
        store.write_raw_manifest(target.reference, raw)
    write_aliases(store, target)


def settle(store: Store, reference: Reference) -> None:
    """Ends a change of version, also one that was killed: what is held becomes the version before unless it is in use
    itself. Raises the store's errors."""
    previous, held = previous_of(reference), held_of(reference)
    wanted = read_pair(store, reference).previous
    if wanted is not None and wanted != _raw(store, previous):
        store.write_raw_manifest(previous, wanted)
    with suppress(ModelNotInstalled):
        store.delete(held)


def cut_off(store: Store, reference: Reference) -> bool:
    """Whether a change of its version is under way, or was killed and not settled since."""
    return any(held_of(reference).matches(name) for name in store.references())


def settle_all(store: Store) -> None:
    """Of every model whose change was killed and never taken up again."""
    for name in store.references():
        if name.tag.endswith(HELD):
            settle(store, owner_of(name))


def write_aliases(store: Store, target: Target) -> None:
    """Every further name of a variant is a second manifest on the same blobs, and follows the first one's changes."""
    for alias in target.aliases:
        if _raw(store, alias) != store.raw_manifest(target.reference):
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
