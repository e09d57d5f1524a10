"""Keys, exposure and rest in a real database."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arriero.state import State
from arriero.state.values import StoredKey

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LAPTOP = StoredKey("laptop", "a" * 64, ("qwen", "demo"), NOON, NOON + timedelta(days=30))


@dataclass
class Noon:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.open(tmp_path / "models.db", clock=Noon())[0]


def test_a_key_is_told_as_it_was_added(state: State) -> None:
    assert state.add_key(LAPTOP)
    assert state.stored_keys() == [LAPTOP]


def test_a_name_is_taken_while_its_key_holds(state: State) -> None:
    state.add_key(LAPTOP)
    again = replace(LAPTOP, hash="b" * 64)
    assert not state.add_key(again)
    assert state.revoke_key("laptop")
    assert state.stored_keys() == [replace(LAPTOP, revoked_at=NOON)]
    assert state.add_key(again)
    assert state.stored_keys() == [again]


def test_a_key_past_its_time_gives_way(state: State) -> None:
    state.add_key(LAPTOP)
    later = replace(LAPTOP, hash="b" * 64, created_at=NOON + timedelta(days=30), expires_at=None)
    assert state.add_key(later)


def test_revoking_what_is_not_there_or_is_revoked(state: State) -> None:
    state.add_key(LAPTOP)
    assert not state.revoke_key("desktop")
    assert state.revoke_key("laptop")
    assert not state.revoke_key("laptop")


def test_exposure_comes_and_goes(state: State, tmp_path: Path) -> None:
    assert state.exposure() is None
    assert not state.end_exposure()
    state.set_exposure(tmp_path / "cert.pem", tmp_path / "key.pem")
    found = state.exposure()
    assert found
    assert (found.certificate, found.private_key, found.since) == (tmp_path / "cert.pem", tmp_path / "key.pem", NOON)
    assert state.end_exposure()
    assert state.exposure() is None


def test_rest_keeps_its_beginning(tmp_path: Path) -> None:
    clock = Noon()
    state = State.open(tmp_path / "models.db", clock=clock)[0]
    assert state.resting_since() is None
    state.set_resting(resting=True)
    clock.at += timedelta(hours=1)
    state.set_resting(resting=True)
    assert state.resting_since() == NOON
    state.set_resting(resting=False)
    assert state.resting_since() is None
