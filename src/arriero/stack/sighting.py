"""Looking at every backend at once: what runs of ours, wherever it runs.

Invariant: for each slot one snapshot is told, that of the chosen backend unless it runs only under another one; and
every backend that has something of it is named, so that ending it ends all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arriero.core.clock import Clock
from arriero.core.errors import ArrieroError
from arriero.runtime import ports
from arriero.runtime.backend import Backend, ServiceSnapshot

_NOTHING_RUNS = ("absent", "blocked")


@dataclass(frozen=True)
class Sight:
    """By slot: the snapshot that is told; `running`: the backends under which a service of it is there; `having`: those
    that have anything of it, a container that does not run too. The chosen backend is always the first.

    `looked_at`: the backends that could be. `blind`: why the chosen one could not; None when it could.
    """

    snapshots: Mapping[str, ServiceSnapshot]
    running: Mapping[str, tuple[Backend, ...]]
    having: Mapping[str, tuple[Backend, ...]]
    looked_at: tuple[Backend, ...] = ()
    blind: ArrieroError | None = None


NOTHING_SEEN = Sight({}, {}, {})


async def sight(chosen: Backend, others: Sequence[Backend], slots: Sequence[tuple[str, int]], clock: Clock) -> Sight:
    """A chosen backend that cannot be looked at is told, and ports are still looked at. Another one that cannot is
    none that runs anything: whoever is on its ports shows there."""
    mine, *rest = await asyncio.gather(*(_inspect(backend, slots) for backend in (chosen, *others)))
    blind = mine if isinstance(mine, ArrieroError) else None
    seen = [await _unseen(slot, port, clock) for slot, port in slots] if isinstance(mine, ArrieroError) else mine
    all_seen = [(chosen, seen), *((b, s) for b, s in zip(others, rest, strict=True) if isinstance(s, list))]
    by_slot = {one.slot: [(b, s) for b, found in all_seen for s in found if s.slot == one.slot] for one in seen}
    return Sight(
        snapshots={slot: _told([s for _, s in found]) for slot, found in by_slot.items()},
        running={slot: tuple(b for b, s in found if _runs(s)) for slot, found in by_slot.items()},
        having={slot: tuple(b for b, s in found if _runs(s) or s.container) for slot, found in by_slot.items()},
        looked_at=tuple(backend for backend, _ in all_seen[1 if blind else 0 :]),
        blind=blind,
    )


def _runs(seen: ServiceSnapshot) -> bool:
    return seen.phase not in _NOTHING_RUNS


def _told(seen: Sequence[ServiceSnapshot]) -> ServiceSnapshot:
    """The first one under which something runs, else the chosen backend's."""
    return next((one for one in seen if _runs(one)), seen[0])


async def _inspect(backend: Backend, slots: Sequence[tuple[str, int]]) -> list[ServiceSnapshot] | ArrieroError:
    try:
        return await backend.inspect(slots)
    except ArrieroError as fault:
        return fault


async def _unseen(slot: str, port: int, clock: Clock) -> ServiceSnapshot:
    """All that can be said without the backend: whether anybody has the port."""
    holder = await asyncio.to_thread(ports.holder, port)
    return ServiceSnapshot(
        slot=slot,
        phase="blocked" if holder else "absent",
        port=port,
        pid=None,
        started_at=None,
        restarts=None,
        last_exit=None,
        answers=False,
        version=None,
        loaded=(),
        models=(),
        holder=holder,
        settings_hash=None,
        memory_bytes=None,
        seen_at=clock.now(),
    )
