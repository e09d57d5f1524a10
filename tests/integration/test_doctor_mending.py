"""A fix from its proposal to its end: real programs, real files, a real database; sudo is a stand-in that behaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from arriero.core.errors import ArrieroError
from arriero.core.files import CommandRunning, command_lock
from arriero.core.progress import Progress, Report, silent
from arriero.doctor import errors
from arriero.doctor.changes import Change, Command, FileWritten, OwnAct
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.fix import Afterwards, CannotFix, Fix, FixPlan
from arriero.doctor.mending import Ending, Mended, Proposal, mend, propose
from arriero.doctor.site import Site
from arriero.doctor.undoing import from_text
from bare_host import BareHost, bare_host

CONF = Path("/etc/arriero-test.conf")
WELL = "speed = 2\n"


async def _look(site: Site) -> Finding:
    return saw("well") if site.host.read(CONF) == WELL else saw("wrong")


CHECK = Check("system.test", Subject.SYSTEM, {"well": Grade.GOOD, "wrong": Grade.ERROR}, _look)


@pytest.fixture
def bare(tmp_path: Path) -> BareHost:
    return bare_host(tmp_path)


def a_fix(*changes: Change, undo: tuple[Change, ...] = (), afterwards: Afterwards = Afterwards.NOTHING) -> Fix:
    async def plan(_site: Site, _finding: Finding) -> FixPlan:
        return FixPlan(changes, undo, afterwards)

    return Fix("system.test", frozenset({"wrong"}), plan)


async def proposed(site: Site, fix: Fix) -> Proposal:
    return await propose(site, CHECK, (fix,))


async def mended(site: Site, fix: Fix, *, terminal: bool = False) -> Mended:
    return await mend(site, await proposed(site, fix), silent, command="validate --fix", terminal=terminal)


def audit(site: Site) -> list[str]:
    return [line.outcome for line in reversed(site.world.writable_state().transitions())]


async def test_a_file_is_shown_first_then_written_then_looked_at_again(bare: BareHost) -> None:
    site = bare.site()
    file = site.host.path(CONF)
    file.parent.mkdir()
    file.write_text("speed = 1\n")
    fix = a_fix(FileWritten(CONF, WELL), undo=(FileWritten(CONF, "speed = 1\n"),))
    proposal = await proposed(site, fix)
    assert proposal.ending is Ending.PLANNED
    assert "-speed = 1\n+speed = 2" in proposal.shown[0].diff
    assert file.read_text() == "speed = 1\n"
    done = await mend(site, proposal, silent, command="validate --fix", terminal=False)
    assert (done.ending, done.fault, file.read_text()) == (Ending.FIXED, None, WELL)
    assert [copy.read_text() for copy in done.copies] == ["speed = 1\n"]
    assert audit(site) == ["begun", "done"]
    (kept,) = site.world.writable_state().additions()
    assert (kept.step, from_text(kept.undo)) == ("system.test", (FileWritten(CONF, "speed = 1\n"),))
    assert (await proposed(site, fix)).ending is Ending.NOT_NEEDED


async def test_root_is_taken_for_the_step_that_needs_it_alone(bare: BareHost) -> None:
    bare.sudo("allows")
    site = bare.site()
    fix = a_fix(Command(("touch", str(bare.folder / "own"))), FileWritten(CONF, WELL, root=True, mode=0o600))
    done = await mended(site, fix)
    assert done.ending is Ending.FIXED
    assert site.host.path(CONF).stat().st_mode & 0o777 == 0o600
    asked = bare.sudo_log.read_text()
    assert "install" in asked
    assert "touch" not in asked
    assert not list(site.host.path("/etc").glob("*.bak"))
    said = (bare.folder / "state/logs/host.log").read_text()
    assert f"$ touch {bare.folder}/own" in said
    assert "$ sudo -n -- install -D -m 0600" in said


@pytest.mark.parametrize("text", [WELL, None])
async def test_with_root_what_a_file_had_is_kept_beside_it(bare: BareHost, text: str | None) -> None:
    bare.sudo("allows")
    site = bare.site()
    file = site.host.path(CONF)
    file.parent.mkdir()
    file.write_text("speed = 1\n")
    done = await mended(site, a_fix(FileWritten(CONF, text, root=True)))
    assert [copy.read_text() for copy in done.copies] == ["speed = 1\n"]
    assert site.host.read(CONF) == text


@pytest.mark.parametrize(
    ("mode", "terminal", "fault"),
    [
        ("asks", False, errors.SudoAsks),
        ("refuses", False, errors.SudoRefused),
        ("refuses", True, errors.SudoRefused),
        ("", False, errors.SudoMissing),
    ],
)
async def test_a_sudo_that_does_not_let_us(
    bare: BareHost, mode: str, terminal: bool, fault: type[ArrieroError]
) -> None:
    if mode:
        bare.sudo(mode)
    site = bare.site()
    after = bare.folder / "after"
    undo = (Command(("rm", "/x"), root=True),)
    fix = a_fix(Command(("touch", "/x"), root=True), Command(("touch", str(after))), undo=undo)
    done = await mended(site, fix, terminal=terminal)
    assert (done.ending, type(done.fault)) == (Ending.FAILED, fault)
    assert not after.exists()
    assert audit(site) == ["begun", f"failed: {fault.code}"]
    assert site.world.writable_state().additions() == []  # nothing was done, so there is nothing to take back


async def test_a_program_that_fails_is_told_in_its_own_last_words(bare: BareHost) -> None:
    bare.tool("breaks", "echo one; echo the cause >&2; exit 7")
    done = await mended(bare.site(), a_fix(Command(("breaks", "it"))))
    assert isinstance(done.fault, errors.ChangeFailed)
    assert (done.fault.command, done.fault.exit_code, done.fault.detail) == ("breaks it", 7, "the cause")
    assert (bare.folder / "state/logs/host.log").read_text().endswith("one\nthe cause\n")


async def test_a_program_that_is_not_there_or_never_ends(bare: BareHost) -> None:
    site = bare.site()
    missing = await mended(site, a_fix(Command(("no-such-tool",))))
    assert isinstance(missing.fault, errors.ProgramMissing)
    slow = await mended(site, a_fix(Command(("sleep", "1000"), limit_s=0.2)))
    assert isinstance(slow.fault, errors.ChangeSlow)


async def test_done_and_still_wrong_is_a_failure_unless_it_waits_for_the_user(bare: BareHost) -> None:
    site = bare.site()
    done = await mended(site, a_fix(Command(("touch", str(bare.folder / "x")))))
    assert isinstance(done.fault, errors.NotMended)
    waits = await mended(site, a_fix(Command(("touch", str(bare.folder / "x"))), afterwards=Afterwards.LOGIN))
    assert waits.ending is Ending.WAITS
    assert isinstance(waits.fault, errors.WaitsForLogin)


async def test_what_cannot_be_mended_says_why_and_what_nobody_mends_says_so(bare: BareHost) -> None:
    async def plan(_site: Site, _finding: Finding) -> CannotFix:
        return CannotFix("no_reason")

    site = bare.site()
    assert (await propose(site, CHECK, (Fix("system.test", frozenset({"wrong"}), plan),))).ending is Ending.CANNOT
    assert (await propose(site, CHECK, ())).ending is Ending.NO_FIX


async def test_ctrl_c_reaches_the_program_which_leaves_things_in_order(bare: BareHost) -> None:
    left = bare.folder / "left"
    bare.tool("works", f"trap 'echo in order >{left}; exit 1' INT; echo ready; while :; do sleep 0.05; done")
    site = bare.site()
    proposal = await proposed(site, a_fix(Command(("works",)), FileWritten(CONF, WELL)))
    working = asyncio.ensure_future(mend(site, proposal, silent, command="install", terminal=False))
    log = bare.folder / "state/logs/host.log"
    await until(lambda: log.exists() and "ready" in log.read_text())
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert left.read_text() == "in order\n"
    assert site.host.read(CONF) is None
    assert audit(site) == ["begun", "interrupted"]


async def test_ctrl_c_in_an_act_of_our_own_ends_it(bare: BareHost) -> None:
    """A download, an activation: they end by themselves, and nothing after them is begun."""
    begun, left = asyncio.Event(), list[str]()

    async def pull(_report: Report) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.append("in order")

    site = bare.site()
    proposal = await proposed(site, a_fix(OwnAct("pull", pull), FileWritten(CONF, WELL)))
    working = asyncio.ensure_future(mend(site, proposal, silent, command="install", terminal=False))
    await begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert (left, site.host.read(CONF), audit(site)) == (["in order"], None, ["begun", "interrupted"])


async def test_two_commands_do_not_change_the_machine_at_once(bare: BareHost) -> None:
    site = bare.site()
    with command_lock(bare.folder / "state/command.lock", "activate", "2026-11-22T12:00:00Z"):
        done = await mended(site, a_fix(FileWritten(CONF, WELL)))
    assert isinstance(done.fault, CommandRunning)
    assert site.host.read(CONF) is None


async def test_a_database_that_cannot_be_written_keeps_nobody_from_mending(bare: BareHost) -> None:
    (bare.folder / "file").touch()
    site = bare.site(database=str(bare.folder / "file" / "models.db"))
    done = await mended(site, a_fix(FileWritten(CONF, WELL)))
    assert done.ending is Ending.FIXED
    assert done.unrecorded


async def test_what_is_done_is_told_as_it_is_done(bare: BareHost) -> None:
    site, told = bare.site(), list[Progress]()
    proposal = await proposed(site, a_fix(Command(("touch", "/dev/null")), FileWritten(CONF, WELL)))
    await mend(site, proposal, told.append, command="install", terminal=False)
    assert [(each.step, each.subject) for each in told] == [
        ("doctor.run", "touch /dev/null"),
        ("doctor.wrote", str(CONF)),
    ]


async def test_a_link_stays_a_link(bare: BareHost) -> None:
    site = bare.site()
    file = site.host.path(CONF)
    file.parent.mkdir()
    (file.parent / "real").write_text("speed = 1\n")
    file.symlink_to("real")
    await mended(site, a_fix(FileWritten(CONF, WELL)))
    assert file.is_symlink()
    assert (file.parent / "real").read_text() == WELL


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # another program's file
            await asyncio.sleep(0.01)
