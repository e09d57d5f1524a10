"""Who may use the gateway and when: keys, exposure, and whether everything is to stay down. Part of `State`."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from arriero.core.clock import Clock, iso
from arriero.state.values import Exposure, StoredKey

_KEYS = "SELECT name, hash, slots, created_at, expires_at, revoked_at FROM keys"


class AccessTables(ABC):
    """The tables `keys`, `exposure` and `rest`; raises as `State` does."""

    _clock: Clock

    @abstractmethod
    def _reading(self) -> AbstractContextManager[sqlite3.Connection]: ...

    @abstractmethod
    def _writing(self) -> AbstractContextManager[sqlite3.Connection]: ...

    def stored_keys(self) -> list[StoredKey]:
        """All of them by name, those that hold no more too."""
        with self._reading() as db:
            return [_key(row) for row in db.execute(f"{_KEYS} ORDER BY name")]

    def add_key(self, key: StoredKey) -> bool:
        """False where one of that name holds still; one that does not gives way."""
        with self._writing() as db:
            row = db.execute(f"{_KEYS} WHERE name = ?", (key.name,)).fetchone()
            if row and _key(row).holds_at(key.created_at):
                return False
            expires = iso(key.expires_at) if key.expires_at else None
            db.execute(
                "INSERT OR REPLACE INTO keys (name, hash, slots, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
                (key.name, key.hash, ",".join(key.slots) or None, iso(key.created_at), expires),
            )
            return True

    def revoke_key(self, name: str) -> bool:
        """False where there is none of that name that was not revoked before."""
        with self._writing() as db:
            done = db.execute(
                "UPDATE keys SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", (iso(self._clock.now()), name)
            )
            return done.rowcount == 1

    def exposure(self) -> Exposure | None:
        with self._reading() as db:
            row = db.execute("SELECT certificate, private_key, since FROM exposure").fetchone()
        return Exposure(Path(row[0]), Path(row[1]), datetime.fromisoformat(row[2])) if row else None

    def set_exposure(self, certificate: Path, private_key: Path) -> None:
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO exposure (one, certificate, private_key, since) VALUES (1, ?, ?, ?)",
                (str(certificate), str(private_key), iso(self._clock.now())),
            )

    def end_exposure(self) -> bool:
        """False where there was none."""
        with self._writing() as db:
            return db.execute("DELETE FROM exposure").rowcount == 1

    def resting_since(self) -> datetime | None:
        """Since when everything is to stay down, until somebody at this machine activates something."""
        with self._reading() as db:
            row = db.execute("SELECT since FROM rest").fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def set_resting(self, *, resting: bool) -> None:
        with self._writing() as db:
            if resting:
                db.execute("INSERT OR IGNORE INTO rest (one, since) VALUES (1, ?)", (iso(self._clock.now()),))
            else:
                db.execute("DELETE FROM rest")


def _key(row: tuple[str | None, ...]) -> StoredKey:
    name, digest, slots, created, expires, revoked = row
    return StoredKey(
        name=str(name),
        hash=str(digest),
        slots=tuple(slots.split(",")) if slots else (),
        created_at=datetime.fromisoformat(str(created)),
        expires_at=datetime.fromisoformat(expires) if expires else None,
        revoked_at=datetime.fromisoformat(revoked) if revoked else None,
    )
