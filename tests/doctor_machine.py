"""A machine made wrong on purpose, for the doctor to look at: a folder of files, a folder of programs, an environment.

Its programs are scripts that print what the real ones do; where the words come from stands beside them in the tests.
Nothing of the real machine's programs is on its PATH; its files are those that a test puts there.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import doctor_cases
from arriero.core.progress import silent
from arriero.doctor.check import Check, Checked
from arriero.doctor.examining import examine
from arriero.doctor.fix import CannotFix, FixPlan
from arriero.doctor.host import Host
from arriero.doctor.mending import Mended, Proposal, mend, propose
from arriero.doctor.site import Site
from arriero.i18n.check_texts import tell_check
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.i18n.fix_texts import fix_does, fix_refuses
from arriero.stack.world import World
from stack_world import make_world

HOME = "/home/ana"
_REAL = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Machine:
    """`environ` is what its programs are started with, and what the user's shell holds."""

    folder: Path
    world: World
    environ: dict[str, str] = field(default_factory=dict)
    uid: int = field(default_factory=os.geteuid)

    def __post_init__(self) -> None:
        self.root, self.bin = self.folder / "root", self.folder / "bin"
        for path in (self.root, self.bin):
            path.mkdir()
        self.environ |= {"PATH": str(self.bin), "HOME": HOME, "DOCKER_HOST": f"unix://{self.folder}/none.sock"}

    @property
    def site(self) -> Site:
        return Site(Host(self.environ, self.root, uid=self.uid), self.world)

    def file(self, path: str, text: str = "") -> Path:
        there = self.root / path.lstrip("/")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text)
        return there

    def tool(self, name: str, out: str = "", *, err: str = "", code: int = 0) -> None:
        """A program that always says the same."""
        self.script(name, f"printf '%s' {_quoted(out)}; printf '%s' {_quoted(err)} >&2; exit {code}")

    def answers(self, name: str, by_words: Mapping[str, str], *, otherwise: int = 1) -> None:
        """A program whose answer depends on its arguments: a shell pattern for all of them, and what it says."""
        cases = " ".join(f"{_pattern(words)}) printf '%s' {_quoted(out)};;" for words, out in by_words.items())
        self.script(name, f'case "$*" in {cases} *) exit {otherwise};; esac')

    def script(self, name: str, body: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)  # it may lead to the real one
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def real(self, *names: str) -> None:
        """These programs are the real machine's. What they start in their turn is looked for among the stand-ins."""
        for name in names:
            (self.bin / name).unlink(missing_ok=True)
            (self.bin / name).symlink_to(str(shutil.which(name, path=_REAL)))

    def user(self, name: str = "ana", uid: int = 1000, session: str = "ana", enrolled: str = "ana") -> None:
        """As id(1) of coreutils tells: without a name the groups of the session, with one those of the database."""
        told = {"-un": f"{name}\n", "-u": f"{uid}\n", "-Gn": f"{session}\n", f"-Gn {name}": f"{enrolled}\n"}
        self.answers("id", told)

    async def sees(self, check: Check) -> Checked:
        """And it can be told: every parameter that a text asks for is there."""
        (seen,) = await examine(self.site, [check])
        assert all(tell_check(seen, texts).seen for texts in (ES, EN))
        doctor_cases.show(check.code, seen.finding.kind)
        return seen

    async def kind(self, check: Check) -> str:
        return (await self.sees(check)).finding.kind

    async def plan(self, check: Check) -> FixPlan | CannotFix | None:
        """What would be done about what the check sees now."""
        proposal = await propose(self.site, check)
        _tell(proposal)
        if isinstance(proposal.plan, CannotFix):
            doctor_cases.show(check.code, proposal.checked.finding.kind, "refused")
        return proposal.plan

    async def mend(self, check: Check) -> Mended:
        """Proposes, and does it, as `validate --fix --yes` does: as a user whom sudo lets do everything."""
        proposal = await propose(self.site, check)
        assert isinstance(proposal.plan, FixPlan), (proposal.checked.finding, proposal.plan)
        _tell(proposal)
        mended = await mend(self.site, proposal, silent, command="validate", terminal=False)
        doctor_cases.show(check.code, proposal.checked.finding.kind)
        doctor_cases.show(check.code, proposal.checked.finding.kind, str(mended.ending))
        if mended.after:
            doctor_cases.show(check.code, mended.after.finding.kind)
        return mended

    def changeable(self) -> None:
        """With what a user changes things with: the real programs for files, and a sudo that does as it is told."""
        self.uid = 1000
        self.real("cp", "mv", "rm", "rmdir", "install", "chmod", "mkdir", "touch", "env", "sed", "grep", "ln")
        self.script("sudo", 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"')

    def systemd(self, *units: str) -> None:
        """A systemctl that keeps in files which units are enabled and active, and answers as that of systemd 255.

        These units there are, and none of them is either.
        """
        folder = self.folder / "systemd"
        folder.mkdir()
        for unit in units:
            (folder / unit).touch()
        self.script("systemctl", _SYSTEMCTL.format(folder=folder))

    @asynccontextmanager
    async def engine(self, answers: Mapping[str, object]) -> AsyncIterator[None]:
        """A server on the engine's socket that gives these answers to the beginnings of paths, 404 to all others. An
        answer that may change is a function.

        As Engine 20.10 to 29 answer, as far as it is read: /version, and JSON below /vX.Y/.
        """
        told = {"/version": {"Version": "29.7.2", "ApiVersion": "1.54", "MinAPIVersion": "1.40"}, **answers}

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            words = (await reader.readuntil(b"\r\n\r\n")).split()
            path = words[1].decode()
            path = "/" + path.split("/", 2)[2] if path.startswith("/v1.") else path
            found = next((value for begin, value in told.items() if path.startswith(begin)), None)
            found = found() if callable(found) else found
            status = b"200 OK" if found is not None else b"404 Not Found"
            writer.write(b"HTTP/1.0 " + status + b"\r\n\r\n" + json.dumps(found or {"message": "no such"}).encode())
            writer.close()

        sock = Path(self.world.configuration.settings.run_dir) / "d.sock"
        sock.parent.mkdir(parents=True, exist_ok=True)
        self.environ["DOCKER_HOST"] = f"unix://{sock}"
        async with await asyncio.start_unix_server(handle, sock):
            yield


def _tell(proposal: Proposal) -> None:
    """In each language; raises where a text lacks something."""
    checked, plan = proposal.checked, proposal.plan
    for texts in (ES, EN):
        if isinstance(plan, CannotFix):
            assert fix_refuses(checked.check.code, plan, texts)
        elif plan:
            assert fix_does(checked.check.code, checked.finding.kind, checked.finding.params, texts)


_SYSTEMCTL = """\
cd {folder}; verb=$1; shift; now=; units=
for word in "$@"; do case $word in --now) now=1;; --*) ;; *) units="$units $word";; esac; done
for unit in $units; do
  case $verb in
    enable) touch $unit.enabled; if [ $now ]; then touch $unit.active; fi;;
    disable) rm -f $unit.enabled; if [ $now ]; then rm -f $unit.active; fi;;
    start|restart) touch $unit.active;;
    stop) rm -f $unit.active;;
    is-active) if [ -e $unit.active ]; then echo active; else echo inactive; exit 3; fi;;
    is-enabled) if [ -e $unit.enabled ]; then echo enabled; else echo disabled; exit 1; fi;;
    show)
      if [ -e $unit ]; then echo LoadState=loaded; else echo LoadState=not-found; fi
      if [ -e $unit.active ]; then echo ActiveState=active; else echo ActiveState=inactive; fi
      if [ -e $unit.enabled ]; then echo UnitFileState=enabled; else echo UnitFileState=disabled; fi;;
  esac
done"""


def make_machine(folder: Path, port: int) -> Machine:
    """With a stack of its own, which has a slot on `port`."""
    return Machine(folder, make_world(folder / "stack", port))


def open_the_way(folder: Path) -> None:
    """Everybody may go there: pytest's own folders are closed."""
    for each in (*folder.parents, folder):
        if str(each).startswith("/tmp/"):
            each.chmod(0o755)


def give(top: Path, uid: int) -> None:
    """All of it becomes this user's."""
    for path in (top, *top.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _pattern(words: str) -> str:
    """Stars are the shell's, everything else is meant as it stands."""
    return "*".join(_quoted(part) if part else "" for part in words.split("*"))
