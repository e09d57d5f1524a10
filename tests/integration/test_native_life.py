"""Crashes, kills and lost records: what the native backend keeps alive, gives up on, finds again and leaves alone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from arriero.core.progress import silent
from arriero.runtime import proc
from arriero.runtime.backend import ServiceSnapshot
from arriero.runtime.errors import KeeperFailed, RunDirUnsafe, ServiceGaveUp
from arriero.runtime.http import NoAnswer, ask
from arriero.runtime.native.options import Limits
from arriero.runtime.native.records import Record, record_path, take_lock, write_record
from native_world import QUICK, STANDIN, World, until


@pytest.fixture
async def world(tmp_path: Path, free_port: int) -> AsyncIterator[World]:
    built = World(tmp_path, free_port)
    yield built
    await built.end()


@pytest.fixture
def innocent() -> Iterator[psutil.Popen]:
    """A process that is none of ours."""
    process = psutil.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    yield process
    process.kill()
    process.wait()


async def until_serving_anew(world: World, former: int | None) -> ServiceSnapshot:
    async def look() -> ServiceSnapshot | None:
        seen = await world.seen()
        return seen if seen.phase == "serving" and seen.answers and seen.pid != former else None

    return await until(look)


async def until_gone(pids: list[int]) -> None:
    async def look() -> bool:
        return not any(proc.facts(pid) for pid in pids)

    await until(look)


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


async def test_a_killed_engine_comes_back_and_tells(world: World) -> None:
    first = await world.start()
    kill(first.pid)
    seen = await until_serving_anew(world, first.pid)
    assert (seen.restarts, seen.last_exit) == (1, "SIGKILL")
    log = "\n".join([line async for line in world.backend.logs("qwen", tail=100, follow=False)])
    assert "the engine ended with SIGKILL; next try in 0.05 s" in log


async def test_an_engine_that_ends_by_itself_comes_back(world: World) -> None:
    first = await world.start()
    with pytest.raises(NoAnswer):
        await ask("127.0.0.1", world.port, "/exit", post={"status": 5}, limit_s=5)
    assert (await until_serving_anew(world, first.pid)).last_exit == "exit 5"


async def test_it_gives_up_visibly(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_EXIT_IF", str(tmp_path / "broken"))
    first = await world.start()
    (tmp_path / "broken").touch()
    kill(first.pid)
    seen = await world.until_phase("failed")
    assert (seen.pid, seen.restarts, seen.last_exit) == (None, 2, "exit 4")
    await world.until_alone()
    (tmp_path / "broken").unlink()
    assert (await world.start()).restarts == 0


async def test_waiting_after_a_crash_is_seen_and_a_start_does_not_wait(world: World) -> None:
    world.backend = world.another(changed_limits(backoff_s=300.0, backoff_max_s=300.0))
    first = await world.start()
    kill(first.pid)
    waiting = await world.until_phase("restarting")
    assert (waiting.pid, waiting.answers, waiting.last_exit) == (None, False, "SIGKILL")
    assert (await world.start()).phase == "serving"


async def test_waiting_after_a_crash_can_be_stopped(world: World) -> None:
    world.backend = world.another(changed_limits(backoff_s=300.0, backoff_max_s=300.0))
    kill((await world.start()).pid)
    await world.until_phase("restarting")
    assert (await world.backend.stop("qwen", world.port, silent)).was_running
    assert (await world.seen()).phase == "absent"


async def test_a_start_that_waits_for_one_that_gives_up_says_so(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDIN_SILENT_IF", str(tmp_path / "mute"))
    world.backend = world.another(changed_limits(crashes=2, start_s=4.0))
    first = await world.start()
    (tmp_path / "mute").touch()
    kill(first.pid)
    await world.until_phase("starting")
    with pytest.raises(ServiceGaveUp) as caught:
        await world.start()
    assert (caught.value.restarts, caught.value.last_exit) == (1, "timeout")


async def test_an_engine_does_not_outlive_a_killed_supervisor(world: World) -> None:
    await world.start()
    family = world.family()
    kill(world.supervisor())
    await until_gone(family)
    assert (await world.seen()).phase == "absent"
    assert (await world.start()).phase == "serving"


async def test_an_engine_that_does_outlive_it_is_found_and_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_STUBBORN", "1")
    started = await world.start()
    supervisor = world.supervisor()
    kill(supervisor)
    await until_gone([supervisor])
    seen = await world.seen()
    assert (seen.phase, seen.pid, seen.settings_hash) == ("serving", started.pid, None)
    report = await world.backend.stop("qwen", world.port, silent)
    assert (report.was_running, report.port_free, report.leftovers) == (True, True, ())


async def test_an_orphan_is_replaced_by_a_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_STUBBORN", "1")
    orphan = (await world.start()).pid
    supervisor = world.supervisor()
    kill(supervisor)
    await until_gone([supervisor])
    seen = await world.start()
    assert seen.pid != orphan
    assert seen.settings_hash is not None


async def test_an_engine_that_will_not_end_is_killed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_STUBBORN", "1")
    await world.start()
    report = await world.backend.stop("qwen", world.port, silent)
    assert (report.port_free, report.leftovers) == (True, ())


async def test_what_an_engine_started_ends_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_CHILD", "1")
    first = await world.start()
    family = world.family()
    assert len(family) == 3
    kill(first.pid)
    await until_serving_anew(world, first.pid)
    await until_gone(family[1:])
    family = world.family()
    report = await world.backend.stop("qwen", world.port, silent)
    assert report.leftovers == ()
    assert not any(proc.facts(pid) for pid in family)


async def test_a_frozen_engine_is_seen_in_time_and_can_be_stopped(world: World) -> None:
    started = await world.start()
    assert started.pid is not None
    os.kill(started.pid, signal.SIGSTOP)
    seen = await world.seen()
    assert (seen.phase, seen.answers) == ("serving", False)
    assert (await world.backend.stop("qwen", world.port, silent)).leftovers == ()


@pytest.mark.parametrize("frozen", ["supervisor", "engine"])
async def test_a_record_that_names_another_process_harms_nobody(
    world: World, innocent: psutil.Popen, frozen: str
) -> None:
    """As after a reboot, or with a pid given out again: everything in the record fits, but it is not ours."""
    seen = proc.facts(innocent.pid)
    assert seen
    gone = proc.Process(2**22 + 1, 1)
    named = (
        {"supervisor": seen.process, "engine": gone}
        if frozen == "supervisor"
        else {"supervisor": gone, "engine": seen.process}
    )
    write_record(world.run_dir, "qwen", Record(**named, phase="serving", restarts=0, last_exit=None))
    assert (await world.seen()).phase == "absent"
    report = await world.backend.stop("qwen", world.port, silent)
    assert not report.was_running
    assert not record_path(world.run_dir, "qwen").exists()
    assert (await world.start()).phase == "serving"
    assert innocent.is_running()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", json.dumps({"phase": "gave_up"})])
async def test_a_record_without_sense_is_as_good_as_none(world: World, content: str) -> None:
    await world.start()
    record_path(world.run_dir, "qwen").write_text(content)
    seen = await world.seen()
    assert (seen.phase, seen.restarts) == ("serving", None)


async def test_a_cleared_run_folder_hides_nothing(world: World) -> None:
    started = await world.start()
    for path in world.run_dir.iterdir():
        path.unlink()
    world.run_dir.rmdir()
    seen = await world.seen()
    assert (seen.phase, seen.pid, seen.restarts) == ("serving", started.pid, None)
    assert seen.settings_hash == started.settings_hash
    again = await world.start()
    assert again.pid == started.pid
    kill(started.pid)
    assert (await until_serving_anew(world, started.pid)).restarts == 1  # its supervisor writes its record again
    assert (await world.backend.stop("qwen", world.port, silent)).leftovers == ()
    assert (await world.seen()).phase == "absent"


async def test_services_of_another_run_folder_are_not_ours(world: World, tmp_path: Path) -> None:
    await world.start()
    other = World(tmp_path / "other", world.port)
    seen = await other.seen()
    assert (seen.phase, seen.pid) == ("blocked", None)
    assert seen.holder is not None
    assert not (await other.backend.stop("qwen", world.port, silent)).was_running
    assert (await world.seen()).phase == "serving"


async def test_a_second_supervisor_is_refused(world: World) -> None:
    world.run_dir.mkdir(mode=0o700)
    lock = take_lock(world.run_dir, "qwen")
    assert lock is not None
    with pytest.raises(KeeperFailed, match="another supervisor holds"):
        await world.start()
    os.close(lock)
    assert (await world.start()).phase == "serving"


async def test_it_leaves_the_terminal_and_no_zombie(world: World) -> None:
    started = await world.start()
    supervisor = world.supervisor()
    assert os.getsid(supervisor) != os.getsid(0)
    assert psutil.Process(supervisor).terminal() is None
    assert psutil.Process().children() == []
    for pid in (supervisor, started.pid):
        assert {file.path for file in psutil.Process(pid).open_files()} <= {str(world.run_dir / "qwen.lock")}


async def test_ctrl_c_in_the_middle_of_a_start(world: World, tmp_path: Path) -> None:
    """The whole foreground group gets the signal, as from a terminal."""
    code = """import asyncio, sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from native_world import World
asyncio.run(World(Path(sys.argv[1]), int(sys.argv[2])).start())"""
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        str(tmp_path),
        str(world.port),
        *sys.path,
        start_new_session=True,
        stderr=asyncio.subprocess.DEVNULL,
    )

    await world.until_recorded()
    os.killpg(command.pid, signal.SIGINT)
    assert await command.wait() != 0
    await world.until_phase("serving")
    assert (await world.start()).phase == "serving"


def make_symlink(path: Path) -> None:
    path.with_name("elsewhere").mkdir()
    path.symlink_to(path.with_name("elsewhere"))


def make_open(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


@pytest.mark.parametrize(
    ("make", "found"), [(make_symlink, "symlink"), (make_open, "mode 0777"), (Path.touch, "File exists")]
)
async def test_a_run_folder_that_others_steer_is_refused(
    tmp_path: Path, free_port: int, make: object, found: str
) -> None:
    world = World(tmp_path, free_port)
    assert callable(make)
    make(world.run_dir)
    with pytest.raises(RunDirUnsafe) as caught:
        await world.start()
    assert caught.value.found == found


async def test_a_run_folder_of_another_user_is_refused(tmp_path: Path, free_port: int, needs_root: None) -> None:
    world = World(tmp_path, free_port)
    world.run_dir.mkdir(mode=0o700)
    os.chown(world.run_dir, 65534, 65534)
    with pytest.raises(RunDirUnsafe, match="uid 65534"):
        await world.start()


async def test_the_log_stays_small_and_followers_lose_nothing(world: World) -> None:
    world.backend = world.another(changed_limits(log_bytes=2000))
    await world.start()
    await world.say("the first")
    lines = world.backend.logs("qwen", tail=100, follow=True)
    while await asyncio.wait_for(anext(lines), 20) != "the first":
        pass
    for number in range(16):
        await world.say(f"{number} " + "x" * 400)
        assert (await asyncio.wait_for(anext(lines), 20)).split()[0] == str(number)
    await lines.aclose()  # type: ignore[attr-defined]
    parts = sorted(path.name for path in world.logs_dir.iterdir())
    assert parts == ["qwen.log", "qwen.log.1", "qwen.log.2"]
    assert all(path.stat().st_size <= 2000 for path in world.logs_dir.iterdir())


def changed_limits(**changes: object) -> Limits:
    return QUICK._replace(**changes)  # type: ignore[arg-type]


def test_a_supervisor_started_by_hand_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "arriero.runtime.native.supervisor", str(STANDIN)],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "this is started by arriero, not by hand\n")
