"""The real apt when it cannot: on folders of a test's own (apt.conf(5)), through the step of the installation.

Nothing is installed, and dpkg is not even called: each machine is wrong in one way, and that way is named in the end.
"""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from arriero.core.errors import ArrieroError
from arriero.core.progress import silent
from arriero.doctor import errors
from arriero.doctor.install import docker
from arriero.doctor.mending import Ending, mend, propose
from arriero.doctor.recognising import recognise
from arriero.doctor.site import Site
from bare_host import BareHost, bare_host

CONFIG = """
Dir::State "{folder}/state"; Dir::State::status "{folder}/dpkg/status"; Dir::Cache "{folder}/cache";
Dir::Etc "{folder}/etc"; Dir::Etc::trustedparts "{folder}/etc"; Dir::Etc::main ""; Dir::Etc::parts "";
Dir::Etc::trusted ""; Dir::Bin::dpkg "/bin/false";
Dir::Log "{folder}/log"; APT::Sandbox::User "root"; Acquire::Retries "0"; Acquire::http::Proxy "DIRECT";
"""
EMPTY = "Origin: nobody\nSuite: stable\nCodename: stable\nArchitectures: amd64 arm64\nComponents: main\n"
INSTALLED = "Package: x\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n\n"
HOLD = "import fcntl, sys; held = open(sys.argv[1], 'w'); fcntl.lockf(held, fcntl.LOCK_EX); print(flush=True); input()"


@dataclass(frozen=True)
class Apt:
    """`folder` holds all that this apt knows of the machine."""

    bare: BareHost
    folder: Path

    @property
    def site(self) -> Site:
        site = self.bare.site(docker__packages="distribution", docker__folder=str(self.bare.folder))
        environ = {**site.host.environ, "APT_CONFIG": str(self.folder / "apt.conf")}
        environ |= {"STEP_OS_RELEASE": str(self.bare.folder / "release")}
        return Site(replace(site.host, environ=environ), site.world)

    def source(self, line: str) -> None:
        (self.folder / "etc/sources.list").write_text(f"{line}\n")

    async def fault(self) -> ArrieroError | None:
        """What the step of Docker ends with. Nothing was added that would have to be taken back."""
        site = self.site
        proposal = await propose(site, docker.CHECK, docker.STEP.fixes)
        done = await mend(site, proposal, silent, command="install", terminal=False)
        assert done.ending is Ending.FAILED
        assert done.after is not None
        assert done.after.finding.kind == "missing"
        return done.fault


@pytest.fixture
def apt(tmp_path: Path) -> Apt:
    bare, folder = bare_host(tmp_path / "host"), tmp_path / "apt"
    for name in (
        "state/lists/partial",
        "cache/archives/partial",
        "etc/sources.list.d",
        "etc/preferences.d",
        "dpkg/updates",
        "log",
    ):
        (folder / name).mkdir(parents=True)
    (folder / "dpkg/status").write_text(INSTALLED)
    (folder / "apt.conf").write_text(CONFIG.format(folder=folder))
    (bare.folder / "release").write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
    bare.sudo("allows")
    for name in ("apt-get", "dpkg", "dpkg-query", "gpgv"):
        real = shutil.which(name)
        assert real, f"{name} is missing on the machine that runs the tests"
        (bare.bin / name).symlink_to(real)
    return Apt(bare, folder)


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    """Serves a repository that has no package at all."""
    root = tmp_path / "mirror"
    suite = root / "dists/stable"
    for architecture in ("amd64", "arm64"):
        (suite / f"main/binary-{architecture}").mkdir(parents=True)
        (suite / f"main/binary-{architecture}/Packages").touch()
    (suite / "Release").write_text(EMPTY)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_no_network(apt: Apt) -> None:
    apt.source("deb http://127.0.0.1:9/debian stable main")
    assert isinstance(await apt.fault(), errors.PackagesUnreachable)


async def test_a_mirror_without_the_package(apt: Apt, mirror: str) -> None:
    apt.source(f"deb [trusted=yes] {mirror} stable main")
    fault = await apt.fault()
    assert isinstance(fault, errors.PackageUnknown)
    assert fault.params() == {"package": "docker.io"}


async def test_a_mirror_that_nobody_signed(apt: Apt, mirror: str) -> None:
    apt.source(f"deb {mirror} stable main")
    assert isinstance(await apt.fault(), errors.SourceUnusable)


async def test_a_mirror_without_this_release(apt: Apt, mirror: str) -> None:
    apt.source(f"deb {mirror} questing main")
    assert isinstance(await apt.fault(), errors.SourceUnusable)


async def test_two_keys_for_one_place(apt: Apt, mirror: str) -> None:
    lines = [f"deb [signed-by={apt.folder}/{key}.gpg] {mirror} stable main" for key in ("a", "b")]
    apt.source("\n".join(lines))
    assert isinstance(await apt.fault(), errors.SourceUnusable)


async def test_a_source_that_is_no_source(apt: Apt) -> None:
    apt.source("deb https://example.test")
    assert isinstance(await apt.fault(), errors.SourceUnusable)


async def test_an_installation_that_was_cut_off(apt: Apt) -> None:
    (apt.folder / "dpkg/updates/0000").write_text("Package: x\n")
    assert isinstance(await apt.fault(), errors.DpkgInterrupted)


@pytest.mark.parametrize(
    ("lock", "words"),
    [("state/lists/lock", ("update",)), ("dpkg/lock-frontend", ("-y", "-o", "DPkg::Lock::Timeout=0", "remove", "x"))],
)
def test_another_one_holds_the_lock(apt: Apt, lock: str, words: tuple[str, ...]) -> None:
    """The installation waits two minutes for it; what apt says after that is what it says without waiting."""
    apt.source("deb http://127.0.0.1:9/debian stable main")
    holder = subprocess.Popen(["python3", "-c", HOLD, apt.folder / lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdout.readline()
    ran = subprocess.run(
        ["apt-get", *words],
        env={**apt.site.host.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    holder.communicate(b"\n")
    fault = recognise(ran.stdout + ran.stderr)
    assert isinstance(fault, errors.AptLocked), ran.stderr
    assert str(holder.pid) in str(fault.params()["holder"])
