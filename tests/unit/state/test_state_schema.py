"""The migrations on their own, in memory: each step adds to the one before, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from arriero.state.schema import APPLICATION_ID, MIGRATIONS, TABLES, migrate, version


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def tables(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} - {"sqlite_sequence"}


def test_an_empty_database_becomes_ours(db: sqlite3.Connection) -> None:
    migrate(db)
    assert tables(db) == TABLES
    assert version(db) == len(MIGRATIONS)
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_a_later_migration_keeps_the_rows_of_before(db: sqlite3.Connection) -> None:
    migrate(db)
    db.execute("INSERT INTO last_active (slot) VALUES ('qwen')")
    migrate(db, (*MIGRATIONS, ("ALTER TABLE last_active ADD COLUMN note TEXT",)))
    assert version(db) == len(MIGRATIONS) + 1
    assert db.execute("SELECT slot, note FROM last_active").fetchall() == [("qwen", None)]


def test_a_migration_that_fails_changes_nothing(db: sqlite3.Connection) -> None:
    migrate(db)
    broken = (*MIGRATIONS, ("CREATE TABLE half (x)", "CREATE TABLE half (x)"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, broken)
    assert tables(db) == TABLES
    assert version(db) == len(MIGRATIONS)


@pytest.mark.parametrize("statement", ["UPDATE transitions SET outcome = 'done'", "DELETE FROM transitions"])
def test_the_audit_cannot_be_rewritten(db: sqlite3.Connection, statement: str) -> None:
    migrate(db)
    db.execute(
        "INSERT INTO transitions (at, command, user, pid, reason, outcome) VALUES ('t', 'down', 'ana', 1, '', 'failed')"
    )
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)
    assert db.execute("SELECT outcome FROM transitions").fetchall() == [("failed",)]
