"""What the state room keeps, on a real file: wishes, observations, versions, the audit, the set that `up` restores."""

from __future__ import annotations

import os
import pwd
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arriero.state import InstalledVersion, MeasuredLoad, ObservedSlot, State

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
QWEN = "qwen2.5-coder:7b-instruct-q4_K_M"


class HandClock:
    """A clock that stands still until a test turns it."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def state(tmp_path: Path, clock: HandClock) -> State:
    opened, repairs = State.open(tmp_path / ".models.db", clock=clock)
    assert repairs == []
    return opened


def test_a_new_database_knows_nothing(state: State) -> None:
    assert state.desired() == {}
    assert state.last_observed() == {}
    assert state.versions() == []
    assert state.transitions() == []
    assert state.last_active() == frozenset()


def test_held_open_every_write_is_there_for_others_at_once_and_lost_files_are_noticed(state: State) -> None:
    log = state.path.with_name(state.path.name + "-wal")
    with state.held_open():
        state.set_desired("qwen", active=True)
        assert log.stat().st_size > 0  # no write waits for the disk
        with sqlite3.connect(state.path) as other:
            assert other.execute("SELECT desired FROM slots WHERE slot = 'qwen'").fetchone() == ("active",)
        other.close()
        for path in state.path.parent.glob(state.path.name + "*"):
            path.unlink()
        assert state.desired() == {}
        state.set_desired("mistral", active=True)
    assert [*state.desired()] == ["mistral"]
    with state.held_open():
        state.set_desired("qwen", active=True)
    assert not log.exists()  # all of it is in the file
    assert {*state.desired()} == {"mistral", "qwen"}


def test_a_wish_keeps_its_date_until_it_changes(state: State, clock: HandClock) -> None:
    state.set_desired("deepseek", active=True, variant="6.7b")
    clock.moment += timedelta(hours=1)
    state.set_desired("deepseek", active=True)
    assert state.desired()["deepseek"].since == NOON
    state.set_desired("deepseek", active=True, variant="v2-lite")
    assert state.desired()["deepseek"].since == NOON + timedelta(hours=1)


def test_deactivating_keeps_the_variant(state: State) -> None:
    state.set_desired("deepseek", active=True, variant="6.7b")
    state.set_desired("deepseek", active=False)
    wish = state.desired()["deepseek"]
    assert (wish.active, wish.variant) == (False, "6.7b")


def test_what_changed_unasked_goes_to_the_audit_once(state: State) -> None:
    active, gone = ObservedSlot("qwen", "active", NOON), ObservedSlot("qwen", "inactive", NOON + timedelta(seconds=3))
    state.record_observed([active], noticed_by="status")  # the first look has nothing to compare with
    for _ in range(2):
        state.record_observed([gone], noticed_by="status")
    (line,) = state.transitions("qwen")
    assert (line.at, line.command, line.from_state, line.to_state) == (gone.seen_at, "status", "active", "inactive")
    assert line.outcome == "seen"
    state.record_observed([active])  # a command of ours, which writes its own lines
    assert len(state.transitions()) == 1


def test_drift_keeps_the_date_of_the_first_look_until_it_is_mended(state: State) -> None:
    later = NOON + timedelta(hours=1)
    state.record_drift({("qwen", "gone"): NOON, ("demo", "unasked"): NOON})
    state.record_drift({("qwen", "gone"): later, ("qwen", "not_installed"): later})
    assert state.drift() == {("qwen", "gone"): NOON, ("qwen", "not_installed"): later}
    state.record_drift({})
    state.record_drift({("qwen", "gone"): later})
    assert state.drift() == {("qwen", "gone"): later}


def test_what_is_observed_and_what_is_wished_do_not_touch_each_other(state: State) -> None:
    seen = ObservedSlot("qwen", "active", NOON + timedelta(seconds=3), "native")
    state.record_observed([seen, ObservedSlot("mistral", "inactive", NOON)])
    assert state.desired() == {}
    state.set_desired("qwen", active=False)
    assert state.last_observed()["qwen"] == seen
    state.record_observed([ObservedSlot("qwen", "failed", NOON, "native")])
    assert not state.desired()["qwen"].active
    assert set(state.last_observed()) == {"qwen", "mistral"}


def test_the_audit_says_who_did_what_newest_first(state: State, clock: HandClock) -> None:
    state.record_transition("activate", slot="qwen", from_state="inactive", to_state="active", outcome="done")
    clock.moment += timedelta(minutes=5)
    state.record_transition("down", slot="mistral", outcome="failed", reason="service.failed")
    newest, oldest = state.transitions()
    assert (newest.command, newest.outcome, newest.reason) == ("down", "failed", "service.failed")
    assert newest.at == NOON + timedelta(minutes=5)
    assert (oldest.user, oldest.pid) == (pwd.getpwuid(os.getuid()).pw_name, os.getpid())
    assert state.transitions("qwen") == [oldest]
    assert state.transitions(limit=1) == [newest]


@pytest.mark.parametrize(
    ("outcomes", "cut_off"),
    [
        (["begun"], True),
        (["begun", "failed: x"], True),
        (["begun", "done"], False),
        (["begun", "undone: x"], False),
        (["begun", "done", "begun"], True),
        (["done"], False),
    ],
)
def test_what_was_begun_and_never_ended_well_is_unfinished(state: State, outcomes: list[str], cut_off: bool) -> None:
    state.record_transition("activate", slot="demo", outcome="done")
    for outcome in outcomes:
        state.record_transition("update", slot="qwen", to_state="0123456789ab", outcome=outcome)
    assert {slot: t.to_state for slot, t in state.unfinished().items()} == ({"qwen": "0123456789ab"} if cut_off else {})


def test_versions_are_what_the_store_holds_now_and_what_it_held(state: State) -> None:
    first = InstalledVersion(QWEN, "sha256:aa", 4_683_087_561, NOON, "registry")
    second = InstalledVersion(QWEN, "sha256:bb", 4_700_000_000, NOON + timedelta(days=1))
    demo = InstalledVersion("smollm2:135m-instruct-q4_1", "sha256:cc", 98_362_432, NOON, "wheel")
    state.record_versions([first, demo])
    state.record_versions([second, demo])
    history = state.versions(QWEN)
    assert [(v.digest, v.current) for v in history] == [("sha256:bb", True), ("sha256:aa", False)]
    assert state.versions("smollm2:135m-instruct-q4_1") == [demo]


def test_a_version_that_comes_back_keeps_its_date_and_source(state: State) -> None:
    first = InstalledVersion(QWEN, "sha256:aa", 10, NOON, "registry")
    state.record_versions([first])
    state.record_versions([InstalledVersion(QWEN, "sha256:bb", 11, NOON + timedelta(days=1))])
    state.record_versions([InstalledVersion(QWEN, "sha256:aa", 10, NOON + timedelta(days=2), "import")])
    back = next(v for v in state.versions(QWEN) if v.digest == "sha256:aa")
    assert back == first
    assert [v.current for v in state.versions(QWEN) if v.digest == "sha256:bb"] == [False]


def test_a_model_that_left_the_store_is_history(state: State) -> None:
    state.record_versions([InstalledVersion(QWEN, "sha256:aa", 10, NOON)])
    state.record_versions([])
    assert [v.current for v in state.versions()] == [False]


def test_two_current_versions_of_one_reference_are_refused_whole(state: State) -> None:
    kept = InstalledVersion(QWEN, "sha256:aa", 10, NOON)
    state.record_versions([kept])
    with pytest.raises(sqlite3.IntegrityError):
        state.record_versions([InstalledVersion(QWEN, digest, 10, NOON) for digest in ("sha256:bb", "sha256:cc")])
    assert state.versions() == [kept]


def test_up_restores_the_last_set(state: State) -> None:
    state.remember_active({"qwen", "demo"})
    state.remember_active(["mistral", "demo"])
    assert state.last_active() == {"mistral", "demo"}


def test_a_service_beside_the_slots_is_wanted_until_it_is_not(state: State, clock: HandClock) -> None:
    state.keep("guard", wanted=True)
    clock.moment += timedelta(hours=1)
    state.keep("guard", wanted=True)
    assert state.kept() == {"guard": NOON}
    state.keep("guard", wanted=False)
    assert state.kept() == {}


def test_all_of_it_is_there_for_the_next_command(state: State, clock: HandClock) -> None:
    state.set_desired("qwen", active=True, variant="7b")
    state.record_transition("activate", slot="qwen", outcome="done")
    again, repairs = State.open(state.path, clock=clock)
    assert repairs == []
    assert again.desired() == state.desired()
    assert again.transitions() == state.transitions()


def test_loads_by_what_was_loaded_and_how(state: State) -> None:
    first = MeasuredLoad("sha256:a", 4096, "f16", 1, "native 0.33", "", 200, 0, NOON)
    other_card = MeasuredLoad("sha256:a", 4096, "f16", 1, "native 0.33", "RTX", 190, 190, NOON)
    later = MeasuredLoad("sha256:a", 4096, "f16", 1, "native 0.33", "", 210, 0, NOON + timedelta(hours=1))
    for load in (first, other_card, later):
        state.record_loads([load])
    assert sorted(state.loads("sha256:a", 4096, "f16", 1), key=lambda load: load.card) == [later, other_card]
    for elsewise in (("sha256:b", 4096, "f16", 1), ("sha256:a", 2048, "f16", 1), ("sha256:a", 4096, "q8_0", 1)):
        assert state.loads(*elsewise) == []
    assert state.loads("sha256:a", 4096, "f16", 2) == []


def test_what_we_brought_about_is_told_until_it_is_taken_back(state: State) -> None:
    state.record_addition("docker.group", "[1]")
    state.record_addition("docker.group", "[1]")  # a run that was cut off and goes on
    state.record_addition("docker.program", "[2]")
    newest, oldest = state.additions()
    assert [(a.step, a.undo, a.at) for a in (newest, oldest)] == [
        ("docker.program", "[2]", NOON),
        ("docker.group", "[1]", NOON),
    ]
    state.take_back(newest.id)
    assert [a.id for a in state.additions()] == [oldest.id]
