"""Bad files, foreign files, locks, rights and races: what opening `.models.db` meets in the wild."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from arriero.core.clock import SystemClock
from arriero.state import State
from arriero.state.errors import StateDamaged, StateLocked, StateTooNew, StateUnwritable
from arriero.state.schema import MIGRATIONS

CLOCK = SystemClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / ".models.db"


def opened(path: Path, timeout_s: float = 5.0) -> State:
    state, repairs = State.open(path, clock=CLOCK, timeout_s=timeout_s)
    assert repairs == []
    return state


def spawn(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process of its own that shares nothing with the test but the file."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


@contextmanager
def other_program(path: Path, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """Another program that has run the statements on the file and then holds its connection open."""
    code = """import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    db.execute(statement).fetchall()
print("ready", flush=True)
sys.stdin.read()"""
    process = spawn(code, path, *statements)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_bytes_that_are_no_database_are_moved_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    state, (repair,) = State.open(path, clock=CLOCK)
    assert repair.kind == "corrupt"
    assert repair.moved_to.read_bytes().startswith(b"not a database")
    assert repair.moved_to.name.startswith(".models.db.broken-")
    state.set_desired("qwen", active=True)
    assert opened(path).desired()["qwen"].active


def test_damage_inside_is_found_before_use(path: Path) -> None:
    state = opened(path)
    for number in range(200):
        state.record_transition("activate", slot=f"s{number}", outcome="done", reason="x" * 200)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(size // 4))
    state, (repair,) = State.open(path, clock=CLOCK)
    assert repair.kind == "corrupt"
    assert state.transitions() == []


def test_a_truncated_file_is_moved_aside(path: Path) -> None:
    opened(path)
    os.truncate(path, 5000)
    assert [repair.kind for repair in State.open(path, clock=CLOCK)[1]] == ["corrupt"]


def test_a_foreign_database_is_kept_whole_with_its_journal(path: Path) -> None:
    path.parent.mkdir()
    statements = ("PRAGMA journal_mode = WAL", "CREATE TABLE songs (name)", "INSERT INTO songs VALUES ('Adiós')")
    with other_program(path, *statements) as owner:
        _, (repair,) = State.open(path, clock=CLOCK)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    assert repair.kind == "foreign"
    with closing(sqlite3.connect(repair.moved_to)) as db:
        assert db.execute("SELECT name FROM songs").fetchall() == [("Adiós",)]


def test_two_repairs_in_one_second_overwrite_nothing(path: Path) -> None:
    path.parent.mkdir()
    texts = [b"first " * 200, b"second " * 200]
    for text in texts:
        path.write_bytes(text)
        State.open(path, clock=CLOCK)
    assert sorted(p.read_bytes() for p in path.parent.glob("*.broken-*")) == texts


def test_a_database_without_its_tables_is_moved_aside(path: Path) -> None:
    opened(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE versions")
        db.commit()
    _, (repair,) = State.open(path, clock=CLOCK)
    assert (repair.kind, repair.detail) == ("incomplete", "versions")


def test_an_empty_file_is_a_new_database(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert opened(path).desired() == {}


def test_a_newer_version_is_not_touched(path: Path) -> None:
    opened(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    with pytest.raises(StateTooNew) as caught:
        State.open(path, clock=CLOCK)
    assert (caught.value.version, caught.value.known) == (len(MIGRATIONS) + 1, len(MIGRATIONS))
    assert path.read_bytes() == before


def test_a_reader_does_not_wait_for_a_writer(path: Path) -> None:
    opened(path).set_desired("qwen", active=True)
    impatient = opened(path, timeout_s=0)
    with other_program(path, "BEGIN IMMEDIATE", "UPDATE slots SET desired = 'inactive'"):
        assert impatient.desired()["qwen"].active
        with pytest.raises(StateLocked):
            impatient.set_desired("qwen", active=False)


def test_a_database_locked_by_another_program_says_so(path: Path) -> None:
    opened(path)
    with (
        other_program(path, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"),
        pytest.raises(StateLocked) as caught,
    ):
        State.open(path, clock=CLOCK, timeout_s=0.1)
    assert caught.value.path == path


def test_what_was_being_written_at_a_kill_is_not_there(path: Path) -> None:
    opened(path).set_desired("qwen", active=True)
    with other_program(path, "BEGIN IMMEDIATE", "UPDATE slots SET desired = 'inactive'") as writer:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert opened(path).desired()["qwen"].active


WRITER = """import sys
from pathlib import Path
from arriero.core.clock import SystemClock
from arriero.state import State
state, repairs = State.open(Path(sys.argv[1]), clock=SystemClock(), timeout_s=30)
assert repairs == [], repairs
for number in range(int(sys.argv[2])):
    state.record_transition("activate", slot=sys.argv[3], outcome=str(number))
    print(number, flush=True)
"""


def test_killed_writers_leave_every_line_they_had_finished(path: Path) -> None:
    writers = [spawn(WRITER, path, 100_000, f"w{i}") for i in range(3)]
    finished = []
    for writer in writers:
        assert writer.stdout is not None
        for line in writer.stdout:
            if line == "5\n":
                break
        writer.kill()
        finished.append(5 + len(writer.stdout.read().splitlines()))
        writer.communicate()
    state = opened(path)
    for i, last in enumerate(finished):
        outcomes = [int(line.outcome) for line in state.transitions(f"w{i}", limit=100_000)][::-1]
        assert outcomes == list(range(len(outcomes)))
        assert len(outcomes) in (last + 1, last + 2)  # the line under way at the kill is there whole or not at all


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, None])
def test_openers_that_race_make_or_repair_the_file_once(path: Path, content: bytes | None) -> None:
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    code = WRITER.replace("assert repairs == [], repairs", "print(len(repairs))")
    racers = [spawn(code, path, 20, f"r{i}") for i in range(4)]
    repairs = [int(racer.communicate()[0].splitlines()[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4
    assert sum(repairs) == (1 if content else 0)
    assert len(list(path.parent.glob("*.broken-*"))) == sum(repairs)
    assert len(opened(path).transitions(limit=1000)) == 80


def test_deleted_while_in_use_it_is_made_again(path: Path) -> None:
    state = opened(path)
    state.set_desired("qwen", active=True)
    with other_program(path, "SELECT * FROM slots"):  # keeps the old journal alive beside the new file
        path.unlink()
        assert state.desired() == {}
        state.set_desired("mistral", active=True)
    assert set(opened(path).desired()) == {"mistral"}


def test_replaced_by_garbage_while_in_use_it_is_reported(path: Path) -> None:
    state = opened(path)
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StateDamaged):
        state.desired()
    state, (repair,) = State.open(path, clock=CLOCK)
    assert repair.kind == "corrupt"


def test_a_path_that_is_a_folder_cannot_be_written(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StateUnwritable):
        State.open(path, clock=CLOCK)


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateUnwritable):
        State.open(tmp_path / "file" / ".models.db", clock=CLOCK)


@pytest.mark.parametrize("existing", [False, True])
def test_a_read_only_folder_cannot_be_written(existing: bool) -> None:
    """As an ordinary user: root may write anywhere, so a root test run gives its rights up in a child."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if existing:
            opened(folder / ".models.db")
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
        child = os.fork()
        if child == 0:
            os._exit(_outcome_as_nobody(folder / ".models.db"))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        folder.chmod(stat.S_IRWXU)
    assert status == 10


def _outcome_as_nobody(path: Path) -> int:
    try:
        if os.getuid() == 0:
            os.setuid(65534)
        State.open(path, clock=CLOCK)
    except StateUnwritable:
        return 10
    except BaseException:
        return 11
    return 12


def test_a_full_disk_cannot_be_written(tmp_path: Path, needs_root: None) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(mount)], check=True)
    try:
        state = opened(mount / ".models.db")
        state.set_desired("qwen", active=True)
        filler = b"x" * os.statvfs(mount).f_bavail * os.statvfs(mount).f_frsize
        (mount / "filler").write_bytes(filler)
        with pytest.raises(StateUnwritable):
            state.record_transition("activate", outcome="done", reason="x" * 100_000)
        (mount / "filler").unlink()
        assert state.desired()["qwen"].active
    finally:
        subprocess.run(["umount", str(mount)], check=True)
