"""Sources of packages, their keys, and installations that were cut off: files as apt and dpkg have them."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from arriero.doctor.checks.docker import apt_lock, dpkg, keyrings, sources, suite
from arriero.doctor.facts.apt_sources import AptSource, apt_sources
from doctor_machine import Machine

# docs.docker.com, engine/install/ubuntu: the form of today, and the line that it had before (and get.docker.com writes)
DEB822 = """\
Types: deb
URIs: https://download.docker.com/linux/ubuntu
Suites: noble
Components: stable
Architectures: amd64
Signed-By: /etc/apt/keyrings/docker.asc
"""
LINE = "deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.gpg] https://download.docker.com/linux/ubuntu noble stable\n"
SOURCES, LIST = "/etc/apt/sources.list.d/docker.sources", "/etc/apt/sources.list.d/docker.list"
INLINE = """\
# made by hand
Types: deb
URIs: https://example.org/a/
Suites: stable
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF

Types: deb deb-src
URIs: https://example.org/b
Suites: one two

Types: deb
URIs: https://example.org/c
Suites: stable
Enabled: no
"""


async def test_sources_in_both_forms(machine: Machine) -> None:
    machine.file(
        "/etc/apt/sources.list", "# a remark\ndeb-src https://x.org/u noble main\ndeb https://x.org/u noble main\n"
    )
    machine.file("/etc/apt/sources.list.d/inline.sources", INLINE)
    file = Path("/etc/apt/sources.list.d/inline.sources")
    assert await apt_sources(machine.site) == (
        AptSource(Path("/etc/apt/sources.list"), "https://x.org/u", "noble", ""),
        AptSource(file, "https://example.org/a", "stable", "inline"),
        AptSource(file, "https://example.org/b", "one", ""),
        AptSource(file, "https://example.org/b", "two", ""),
    )


async def test_a_place_that_is_written_down_twice(machine: Machine) -> None:
    assert await machine.kind(sources.CHECK) == "no_apt"
    machine.file(SOURCES, DEB822)
    assert await machine.kind(sources.CHECK) == "right"
    machine.file(LIST, LINE)
    seen = (await machine.sees(sources.CHECK)).finding
    assert (seen.kind, seen.params["files"]) == ("conflict", [LIST, SOURCES])
    machine.file(LIST, LINE.replace("docker.gpg", "docker.asc"))
    assert await machine.kind(sources.CHECK) == "twice"


async def test_keys(machine: Machine) -> None:
    assert await machine.kind(keyrings.CHECK) == "none_named"
    machine.file(SOURCES, DEB822)
    assert await machine.kind(keyrings.CHECK) == "missing"
    key = machine.file("/etc/apt/keyrings/docker.asc")
    assert await machine.kind(keyrings.CHECK) == "empty"
    key.write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    assert await machine.kind(keyrings.CHECK) == "right"
    key.chmod(0o600)
    assert await machine.kind(keyrings.CHECK) == "closed"
    key.chmod(0o644)
    key.write_bytes(b"\x99\x02\x0d\x04")
    assert await machine.kind(keyrings.CHECK) == "wrong_form"


async def test_a_source_of_another_release(machine: Machine) -> None:
    machine.file("/etc/os-release", 'ID=ubuntu\nVERSION_ID="26.04"\nVERSION_CODENAME=resolute\n')
    assert await machine.kind(suite.CHECK) == "no_source"
    machine.file(SOURCES, DEB822)
    assert await machine.kind(suite.CHECK) == "other"
    machine.file(SOURCES, DEB822.replace("noble", "resolute"))
    assert await machine.kind(suite.CHECK) == "right"


PACKAGE = "Package: {name}\nStatus: install {state}\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n\n"


def dpkgs_database(machine: Machine, **states: str) -> Path:
    """The real dpkg works on it: packages without files and scripts, in these states (dpkg(1))."""
    status = machine.file("/var/lib/dpkg/status", "".join(PACKAGE.format(name=n, state=s) for n, s in states.items()))
    for name in states:
        machine.file(f"/var/lib/dpkg/info/{name}.list")
    machine.file("/var/lib/dpkg/info/format", "1\n")
    machine.environ["DPKG_ADMINDIR"] = str(status.parent)
    (status.parent / "updates").mkdir(exist_ok=True)
    machine.real("dpkg-query")
    return status.parent


async def test_installations_that_were_cut_off(machine: Machine) -> None:
    """As a user may ask: `dpkg --audit` answers root alone."""
    assert await machine.kind(dpkg.CHECK) == "no_dpkg"
    dpkgs_database(machine, well="ok installed", gone="ok config-files")
    assert await machine.kind(dpkg.CHECK) == "right"
    dpkgs_database(machine, a="ok unpacked", b="ok half-configured", c="reinstreq half-installed", d="ok installed")
    assert (await machine.sees(dpkg.CHECK)).finding.params["packages"] == ["a", "b", "c"]
    machine.file("/var/lib/dpkg/updates/0001")
    assert await machine.kind(dpkg.CHECK) == "interrupted"


def real_locks(machine: Machine) -> None:
    machine.file("/proc/locks", Path("/proc/locks").read_text())


async def test_who_holds_the_lock(machine: Machine) -> None:
    """A real lock, in the words of the real kernel."""
    assert await machine.kind(apt_lock.CHECK) == "no_apt"
    lock = machine.file("/var/lib/dpkg/lock-frontend")
    real_locks(machine)
    assert await machine.kind(apt_lock.CHECK) == "free"
    with lock.open("r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        real_locks(machine)
        machine.file(f"/proc/{os.getpid()}/comm", "unattended-upgr\n")
        seen = (await machine.sees(apt_lock.CHECK)).finding
    assert (seen.kind, dict(seen.params)) == ("held", {"pid": os.getpid(), "name": "unattended-upgr"})
