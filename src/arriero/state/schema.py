"""The tables, as numbered migrations: number N brings version N-1 to N. A published migration is never edited.

Version and ownership are in the file's header, `PRAGMA user_version` and `PRAGMA application_id`, and change in the
same transaction as the tables: a process killed at any point leaves the old version or the new one.
"""

from __future__ import annotations

import sqlite3

APPLICATION_ID = (
    0x41525249  # "ARRI": tells our file from any other SQLite file (sqlite.org/pragma.html#pragma_application_id)
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE slots (
            slot TEXT PRIMARY KEY,
            desired TEXT CHECK (desired IN ('active', 'inactive')),
            variant TEXT,
            desired_since TEXT,
            observed TEXT,
            observed_at TEXT,
            backend TEXT,
            CHECK ((desired IS NULL) = (desired_since IS NULL)),
            CHECK ((observed IS NULL) = (observed_at IS NULL))
        )""",
        """CREATE TABLE versions (
            reference TEXT NOT NULL,
            digest TEXT NOT NULL,
            size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
            installed_at TEXT NOT NULL,
            source TEXT,
            current INTEGER NOT NULL CHECK (current IN (0, 1)),
            PRIMARY KEY (reference, digest)
        )""",
        "CREATE UNIQUE INDEX one_current_version ON versions (reference) WHERE current = 1",
        """CREATE TABLE transitions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            command TEXT NOT NULL,
            user TEXT NOT NULL,
            pid INTEGER NOT NULL,
            slot TEXT,
            from_state TEXT,
            to_state TEXT,
            reason TEXT NOT NULL,
            outcome TEXT NOT NULL
        )""",
        "CREATE INDEX transitions_by_slot ON transitions (slot, id)",
        """CREATE TRIGGER transitions_stay BEFORE UPDATE ON transitions
           BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
        """CREATE TRIGGER transitions_last BEFORE DELETE ON transitions
           BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
        "CREATE TABLE last_active (slot TEXT PRIMARY KEY)",
    ),
    (
        """CREATE TABLE drift (
            slot TEXT NOT NULL,
            code TEXT NOT NULL,
            since TEXT NOT NULL,
            PRIMARY KEY (slot, code)
        )""",
    ),
    (
        """CREATE TABLE loads (
            digest TEXT NOT NULL,
            context INTEGER NOT NULL,
            kv_cache TEXT NOT NULL,
            parallel INTEGER NOT NULL,
            engine TEXT NOT NULL,
            card TEXT NOT NULL,
            total_bytes INTEGER NOT NULL CHECK (total_bytes > 0),
            vram_bytes INTEGER NOT NULL CHECK (vram_bytes >= 0),
            seen_at TEXT NOT NULL,
            PRIMARY KEY (digest, context, kv_cache, parallel, engine, card)
        )""",
    ),
    (
        """CREATE TABLE keys (
            name TEXT PRIMARY KEY,
            hash TEXT NOT NULL UNIQUE,
            slots TEXT,
            created_at TEXT NOT NULL,
            expires_at TEXT,
            revoked_at TEXT
        )""",
        """CREATE TABLE exposure (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            certificate TEXT NOT NULL,
            private_key TEXT NOT NULL,
            since TEXT NOT NULL
        )""",
        "CREATE TABLE rest (one INTEGER PRIMARY KEY CHECK (one = 1), since TEXT NOT NULL)",
    ),
    (
        """CREATE TABLE measurements (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            target TEXT NOT NULL,
            digest TEXT NOT NULL,
            version TEXT NOT NULL,
            card TEXT NOT NULL,
            whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
            environment TEXT NOT NULL,
            notes TEXT NOT NULL
        )""",
        "CREATE INDEX measurements_by_target ON measurements (target, id)",
        "CREATE INDEX measurements_by_digest ON measurements (digest, id)",
        """CREATE TABLE figures (
            measurement INTEGER NOT NULL REFERENCES measurements (id),
            name TEXT NOT NULL,
            at INTEGER NOT NULL,
            median REAL,
            low REAL,
            high REAL,
            p99 REAL,
            samples INTEGER NOT NULL CHECK (samples >= 0),
            tokens INTEGER,
            mark TEXT NOT NULL,
            detail TEXT NOT NULL,
            PRIMARY KEY (measurement, name, at),
            CHECK ((median IS NULL) = (samples = 0))
        )""",
    ),
    ("CREATE TABLE kept (service TEXT PRIMARY KEY, since TEXT NOT NULL)",),
    (
        """CREATE TABLE additions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            step TEXT NOT NULL,
            undo TEXT NOT NULL,
            taken_back_at TEXT
        )""",
    ),
)
TABLES = frozenset(
    {"slots", "versions", "transitions", "last_active", "drift", "loads", "keys", "exposure", "rest"}
    | {"measurements", "figures", "kept", "additions"}
)


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Brings an empty or older database of ours to the newest version, all or nothing. WAL is set first: outside."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("BEGIN IMMEDIATE")
    try:
        for statements in migrations[version(db) :]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(migrations)}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # on a full disk SQLite has taken it back itself
            db.execute("ROLLBACK")
        raise
