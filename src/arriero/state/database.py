"""The face of the state room: small questions and small writes, each with a connection of its own.

Invariant: each call has a connection of its own, so a State may be shared by threads and processes, a reader never
waits for a writer (WAL), and a file that was deleted or replaced in between is noticed at the next call.
"""

from __future__ import annotations

import os
import pwd
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

from arriero.core.clock import Clock, iso
from arriero.state.access import AccessTables
from arriero.state.errors import in_our_words
from arriero.state.measurements import MeasurementTables
from arriero.state.opening import connect, prepare
from arriero.state.schema import MIGRATIONS, version
from arriero.state.values import (
    Addition,
    DesiredSlot,
    InstalledVersion,
    MeasuredLoad,
    ObservedSlot,
    Repair,
    Transition,
)


class State(AccessTables, MeasurementTables):
    """The state database at `path`; nothing to close. Every method raises StateLocked, StateUnwritable, StateDamaged.

    `repairs` is what had to be set aside so far: at `open`, or later when the file was replaced under our feet.
    """

    def __init__(self, path: Path, clock: Clock, timeout_s: float) -> None:
        self.path = path
        self.repairs: list[Repair] = []
        self._clock = clock
        self._timeout_s = timeout_s

    @classmethod
    def open(cls, path: Path, *, clock: Clock, timeout_s: float = 5.0) -> tuple[State, list[Repair]]:
        """Makes or migrates the file, or moves a corrupt or foreign one aside and tells so in the list.

        Raises StateTooNew too. `timeout_s` is how long this and every later call waits for another program's lock.
        """
        state = cls(path, clock, timeout_s)
        with in_our_words(path, timeout_s):
            state.repairs += prepare(path, clock.now(), timeout_s)
        return state, state.repairs

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """For many calls one after another. Whoever closes the last connection brings all that was written into the
        file and waits for the disk (sqlite.org/wal.html, section 2.3): once here, at the end, not at each write.
        """
        with ExitStack() as held:
            with in_our_words(self.path, self._timeout_s):
                self._make_sure()
                version(held.enter_context(connect(self.path, self._timeout_s)))
            yield

    def desired(self) -> dict[str, DesiredSlot]:
        """What was asked for, by slot; slots that nobody ever asked about are not in it."""
        query = "SELECT slot, variant, desired, desired_since FROM slots WHERE desired IS NOT NULL ORDER BY slot"
        with self._reading() as db:
            return {r[0]: DesiredSlot(r[0], r[1], r[2] == "active", _moment(r[3])) for r in db.execute(query)}

    def set_desired(self, slot: str, *, active: bool, variant: str | None = None) -> None:
        """Writes the wish down. Without a variant the one of before stays; `since` moves only if something changes."""
        with self._writing() as db:
            db.execute(
                """INSERT INTO slots (slot, desired, variant, desired_since) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (slot) DO UPDATE SET desired = ?2, variant = coalesce(?3, variant), desired_since =
                     CASE WHEN desired IS ?2 AND variant IS coalesce(?3, variant) THEN desired_since ELSE ?4 END""",
                (slot, "active" if active else "inactive", variant, iso(self._clock.now())),
            )

    def restore_desired(self, slot: str, wish: DesiredSlot | None) -> None:
        """Puts back a wish as `desired` told it, `since` included; None: nobody has asked anything of the slot."""
        row = ("active" if wish.active else "inactive", wish.variant, iso(wish.since)) if wish else (None, None, None)
        with self._writing() as db:
            db.execute("UPDATE slots SET desired = ?, variant = ?, desired_since = ? WHERE slot = ?", (*row, slot))

    def record_observed(self, observed: Sequence[ObservedSlot], noticed_by: str | None = None) -> None:
        """With `noticed_by`, the command that looks, each state that is another than the one last recorded goes to the
        audit with the outcome `seen`: nobody of ours brought it about."""
        before = self.last_observed() if noticed_by else {}
        with self._writing() as db:
            for seen in observed:
                if seen.slot in before and before[seen.slot].state != seen.state:
                    _audit(
                        db, seen.seen_at, str(noticed_by), seen.slot, before[seen.slot].state, seen.state, "", "seen"
                    )
            db.executemany(
                """INSERT INTO slots (slot, observed, observed_at, backend) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (slot) DO UPDATE SET observed = ?2, observed_at = ?3, backend = ?4""",
                [(seen.slot, seen.state, iso(seen.seen_at), seen.backend) for seen in observed],
            )

    def last_observed(self) -> dict[str, ObservedSlot]:
        query = "SELECT slot, observed, observed_at, backend FROM slots WHERE observed IS NOT NULL ORDER BY slot"
        with self._reading() as db:
            return {r[0]: ObservedSlot(r[0], r[1], _moment(r[2]), r[3]) for r in db.execute(query)}

    def record_transition(
        self,
        command: str,
        *,
        outcome: str,
        slot: str | None = None,
        from_state: str | None = None,
        to_state: str | None = None,
        reason: str = "",
    ) -> None:
        """One line of the audit, by this user and process, now. Lines are never changed or taken away."""
        with self._writing() as db:
            _audit(db, self._clock.now(), command, slot, from_state, to_state, reason, outcome)

    def record_drift(self, found: Mapping[tuple[str, str], datetime]) -> None:
        """`found` is all that differs now, by (slot, code), with when it began as far as is known. What was known
        already keeps its date; what is not in it has been mended and is forgotten."""
        with self._writing() as db:
            known = {(slot, code) for slot, code in db.execute("SELECT slot, code FROM drift")}
            db.executemany("DELETE FROM drift WHERE slot = ? AND code = ?", sorted(known - found.keys()))
            new = [(slot, code, iso(since)) for (slot, code), since in found.items() if (slot, code) not in known]
            db.executemany("INSERT INTO drift (slot, code, since) VALUES (?, ?, ?)", new)

    def drift(self) -> dict[tuple[str, str], datetime]:
        """Since when each (slot, code) has differed, as the looks up to now found it."""
        with self._reading() as db:
            return {(r[0], r[1]): _moment(r[2]) for r in db.execute("SELECT slot, code, since FROM drift")}

    def transitions(self, slot: str | None = None, limit: int = 50) -> list[Transition]:
        """The newest first, of one slot or of all."""
        query = """SELECT at, command, user, pid, slot, from_state, to_state, reason, outcome FROM transitions
                   WHERE ?1 IS NULL OR slot = ?1 ORDER BY id DESC LIMIT ?2"""
        with self._reading() as db:
            return [Transition(_moment(row[0]), *row[1:]) for row in db.execute(query, (slot, limit))]

    def unfinished(self) -> dict[str, Transition]:
        """By slot, the transition that was written as `begun` and after which nothing of the slot ended well or was
        undone: it is under way, or was cut off."""
        query = """SELECT at, command, user, pid, slot, from_state, to_state, reason, outcome FROM transitions AS begun
                   WHERE outcome = 'begun' AND slot IS NOT NULL AND NOT EXISTS (
                     SELECT 1 FROM transitions AS later WHERE later.slot = begun.slot AND later.id > begun.id
                     AND (later.outcome = 'done' OR later.outcome LIKE 'undone%'))"""
        with self._reading() as db:
            return {row[4]: Transition(_moment(row[0]), *row[1:]) for row in db.execute(query)}

    def record_versions(self, installed: Sequence[InstalledVersion]) -> None:
        """`installed` is all that the store holds now: those become current, every other known version history.

        Date and source of a version already known stay as they were first written.
        """
        with self._writing() as db:
            db.execute("UPDATE versions SET current = 0 WHERE current = 1")
            db.executemany(
                """INSERT INTO versions (reference, digest, size_bytes, installed_at, source, current)
                   VALUES (?1, ?2, ?3, ?4, ?5, 1)
                   ON CONFLICT (reference, digest) DO UPDATE SET current = 1, source = coalesce(source, ?5)""",
                [(v.reference, v.digest, v.size_bytes, iso(v.installed_at), v.source) for v in installed],
            )

    def versions(self, reference: str | None = None) -> list[InstalledVersion]:
        """Current and former versions, of one reference or of all; of each reference the newest first."""
        query = """SELECT reference, digest, size_bytes, installed_at, source, current FROM versions
                   WHERE ?1 IS NULL OR reference = ?1 ORDER BY reference, installed_at DESC, rowid DESC"""
        with self._reading() as db:
            return [
                InstalledVersion(r[0], r[1], r[2], _moment(r[3]), r[4], bool(r[5]))
                for r in db.execute(query, (reference,))
            ]

    def keep(self, service: str, *, wanted: bool) -> None:
        """Writes down that a service beside the slots (`guard`) was asked for, or is not any more."""
        with self._writing() as db:
            if wanted:
                db.execute("INSERT OR IGNORE INTO kept VALUES (?, ?)", (service, iso(self._clock.now())))
            else:
                db.execute("DELETE FROM kept WHERE service = ?", (service,))

    def kept(self) -> dict[str, datetime]:
        """The services beside the slots that were asked for, each with since when."""
        with self._reading() as db:
            return {row[0]: _moment(row[1]) for row in db.execute("SELECT service, since FROM kept")}

    def remember_active(self, slots: Collection[str]) -> None:
        """The set that `up` brings back; it takes the place of the one of before."""
        with self._writing() as db:
            db.execute("DELETE FROM last_active")
            db.executemany("INSERT INTO last_active (slot) VALUES (?)", [(slot,) for slot in sorted(set(slots))])

    def last_active(self) -> frozenset[str]:
        with self._reading() as db:
            return frozenset(str(row[0]) for row in db.execute("SELECT slot FROM last_active"))

    def record_loads(self, seen: Sequence[MeasuredLoad]) -> None:
        """The newest of each model, context, cache, engine and card stays."""
        if not seen:
            return
        with self._writing() as db:
            db.executemany(
                """INSERT OR REPLACE INTO loads
                   (digest, context, kv_cache, parallel, engine, card, total_bytes, vram_bytes, seen_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                [(*astuple(load)[:-1], iso(load.seen_at)) for load in seen],
            )

    def loads(self, digest: str, context: int, kv_cache: str, parallel: int) -> list[MeasuredLoad]:
        """Of every engine and card on which these weights were seen loaded in this way."""
        query = """SELECT digest, context, kv_cache, parallel, engine, card, total_bytes, vram_bytes, seen_at FROM loads
                   WHERE digest = ? AND context = ? AND kv_cache = ? AND parallel = ?"""
        with self._reading() as db:
            rows = db.execute(query, (digest, context, kv_cache, parallel)).fetchall()
        return [MeasuredLoad(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], _moment(r[8])) for r in rows]

    def record_addition(self, step: str, undo: str) -> int | None:
        """Its number. What is there already, and not taken back, is not written twice: None."""
        with self._writing() as db:
            written = db.execute(
                """INSERT INTO additions (at, step, undo) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
                   (SELECT 1 FROM additions WHERE step = ?2 AND undo = ?3 AND taken_back_at IS NULL)""",
                (iso(self._clock.now()), step, undo),
            )
            return written.lastrowid if written.rowcount else None

    def additions(self) -> list[Addition]:
        """What was not taken back, the newest first."""
        query = "SELECT id, at, step, undo FROM additions WHERE taken_back_at IS NULL ORDER BY id DESC"
        with self._reading() as db:
            return [Addition(r[0], _moment(r[1]), r[2], r[3]) for r in db.execute(query)]

    def take_back(self, addition: int) -> None:
        with self._writing() as db:
            db.execute("UPDATE additions SET taken_back_at = ? WHERE id = ?", (iso(self._clock.now()), addition))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with in_our_words(self.path, self._timeout_s):
            self._make_sure()
            with connect(self.path, self._timeout_s) as db:
                yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that takes the write lock at once; left by an exception, nothing of it stays."""
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    def _make_sure(self) -> None:
        if not self._is_current():
            self.repairs += prepare(self.path, self._clock.now(), self._timeout_s)

    def _is_current(self) -> bool:
        """Still there, and of our version: the cheap part of what `open` made sure of."""
        if not self.path.exists():
            return False
        with connect(self.path, self._timeout_s) as db:
            return version(db) == len(MIGRATIONS)


def _audit(
    db: sqlite3.Connection,
    at: datetime,
    command: str,
    slot: str | None,
    from_state: str | None,
    to_state: str | None,
    reason: str,
    outcome: str,
) -> None:
    db.execute(
        """INSERT INTO transitions (at, command, user, pid, slot, from_state, to_state, reason, outcome)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (iso(at), command, _user(), os.getpid(), slot, from_state, to_state, reason, outcome),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _user() -> str:
    """The name of who runs us; a user without an entry (a bare container) by number."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
