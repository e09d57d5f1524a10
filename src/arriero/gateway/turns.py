"""Whose turn it is: which requests may go on to their server now, and which model is brought up next. Pure.

Invariants: at most one model is being brought up; a request goes on only to a model that serves and is not about to be
stopped; a model whose answers are under way is stopped only when they have ended, or after the limits have passed.

The model whose oldest request has waited longest is next, and all that wait for it go on together. Whoever would have
to yield keeps answering, new requests too, until the next model's have waited `patience_s`; from then on its new
requests wait, and what is under way has `drain_s` to end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from arriero.gateway.naming import Group


@dataclass(frozen=True)
class Limits:
    patience_s: float
    drain_s: float


@dataclass(frozen=True)
class Start:
    """Bring `group` up now; the slots in `spared` must not be stopped for it."""

    group: Group
    spared: frozenset[str]


@dataclass(frozen=True)
class Rest:
    """Nothing is to be done until something happens, or until that moment (None: whenever)."""

    until: float | None = None


class Turns:
    """Tickets are the callers' own numbers; moments are seconds of one clock that never goes back."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._serving: frozenset[Group] = frozenset()
        self._waiting: dict[Group, dict[int, float]] = {}
        self._flying: Counter[Group] = Counter()
        self._loading: Start | None = None
        self._in_the_way: dict[Group, frozenset[str]] = {}
        self._blocked_at: dict[Group, float] = {}

    @property
    def loading(self) -> Group | None:
        return self._loading.group if self._loading else None

    @property
    def serving(self) -> frozenset[Group]:
        return self._serving

    @property
    def flying(self) -> Counter[Group]:
        """How many requests are under way."""
        return Counter(self._flying)

    def waiting(self, group: Group) -> int:
        return len(self._waiting.get(group, ()))

    @property
    def queued(self) -> int:
        return sum(map(len, self._waiting.values()))

    def open_for(self, group: Group, now: float) -> bool:
        """Whether a request may go on at once; if so, it counts as under way."""
        if not self._open(group, now):
            return False
        self._flying[group] += 1
        return True

    def ask(self, ticket: int, group: Group, now: float) -> bool:
        """Whether the request may go on at once; else it waits until a later call names its ticket."""
        if self.open_for(group, now):
            return True
        self._waiting.setdefault(group, {})[ticket] = now
        return False

    def give_up(self, ticket: int, group: Group) -> None:
        """A request that waited does not any more."""
        tickets = self._waiting.get(group, {})
        tickets.pop(ticket, None)
        if not tickets:
            self._forget(group)

    def done(self, group: Group) -> None:
        """A request that went on has its answer, or will get none."""
        self._flying[group] -= 1
        if not self._flying[group]:
            del self._flying[group]

    def observe(self, serving: Collection[Group]) -> None:
        """What serves now, as it was seen."""
        self._serving = frozenset(serving)

    def gone(self, group: Group) -> None:
        """It was found not to serve."""
        self._serving -= {group}

    def begun(self, start: Start) -> None:
        self._loading = start

    def ended(self, *, in_the_way: Collection[str] = ()) -> list[int]:
        """Bringing up has ended: `observe` says what serves now. `in_the_way`: it did not begin, because these slots,
        which were to be spared, would have had to be stopped. Otherwise, where its model does not serve, the tickets
        whose requests have failed with it."""
        assert self._loading is not None
        group, self._loading = self._loading.group, None
        if in_the_way:
            self._in_the_way[group] = self._in_the_way.get(group, frozenset()) | frozenset(in_the_way)
            return []
        if group in self._serving:
            return []
        failed = [*self._waiting.get(group, {})]
        self._forget(group)
        return failed

    def abandoned(self) -> None:
        """Bringing up was broken off, because nobody waited for it any more. Who came since then still waits."""
        self._loading = None

    def released(self, now: float) -> list[int]:
        """The tickets that may go on now, and count as under way from here on."""
        free: list[int] = []
        for group in [g for g in self._waiting if self._open(g, now)]:
            tickets = self._forget(group)
            self._flying[group] += len(tickets)
            free += tickets
        return free

    def next(self, now: float) -> Start | Rest:
        """To be asked after everything that happened."""
        head = self._head()
        if self._loading or head is None:
            return Rest()
        flying = frozenset(group.slot for group in self._flying)
        blocked = flying & (self._in_the_way.get(head, frozenset()) | {head.slot})
        if not blocked:
            return Start(head, flying)
        closes_at = max(self._since(head) + self._limits.patience_s, self._blocked_at.setdefault(head, now))
        drained_by = closes_at + self._limits.drain_s
        if now >= drained_by:
            return Start(head, flying - blocked)
        return Rest(closes_at if now < closes_at else drained_by)

    def _open(self, group: Group, now: float) -> bool:
        if group not in self._serving:
            return False
        if self._loading:
            return group.slot in self._loading.spared
        head = self._head()
        yields = head is not None and group.slot in self._in_the_way.get(head, frozenset()) | {head.slot}
        return not (head and yields and now >= self._since(head) + self._limits.patience_s)

    def _head(self) -> Group | None:
        """The model that is to be brought up next."""
        missing = [group for group in self._waiting if group not in self._serving]
        return min(missing, key=self._since, default=None)

    def _since(self, group: Group) -> float:
        return min(self._waiting[group].values())

    def _forget(self, group: Group) -> list[int]:
        self._in_the_way.pop(group, None)
        self._blocked_at.pop(group, None)
        return [*self._waiting.pop(group, {})]
