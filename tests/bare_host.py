"""A machine of a test's own for the doctor: a root folder, a PATH with stand-ins and the few real tools they need."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from arriero.config.loading import load
from arriero.core.paths import places
from arriero.doctor.host import Host
from arriero.doctor.site import Site
from arriero.stack.world import open_world

TOOLS = (
    *("bash", "sh", "env", "cat", "cp", "mv", "rm", "install", "touch", "sleep", "echo", "mkdir", "id", "sed", "grep"),
    *("chmod", "dirname", "readlink", "cut", "head", "sort", "tr", "uname", "tee", "stat"),
)
SUDO = {
    "allows": 'echo "$@" >>"{log}"; while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    "asks": 'echo "sudo: a password is required" >&2; exit 1',
    "refuses": 'echo "bob is not in the sudoers file." >&2; exit 1',
}


@dataclass(frozen=True)
class BareHost:
    """`host` is not root, whoever runs the test. `sudo` says what the stand-in of that name does."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def host(self) -> Host:
        environ = {"PATH": str(self.bin), "HOME": str(self.folder / "home")}
        return Host(environ=environ, root=self.folder / "root", uid=1000)

    @property
    def sudo_log(self) -> Path:
        return self.folder / "sudo.log"

    def tool(self, name: str, script: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def sudo(self, mode: str) -> None:
        self.tool("sudo", SUDO[mode].format(log=self.sudo_log))

    def site(self, **settings: str) -> Site:
        flags = {"database": str(self.folder / "models.db"), "state_dir": str(self.folder / "state")}
        flags |= {"run_dir": str(self.folder / "run"), "models_dir": str(self.folder / "models"), "backend": "native"}
        flags |= {name.replace("__", "."): value for name, value in settings.items()}
        there = replace(places(self.host.environ), root=self.folder)
        return Site(self.host, open_world(load(flags, {}, there), environ=self.host.environ))


def bare_host(folder: Path) -> BareHost:
    made = BareHost(folder)
    for each in (made.bin, folder / "root", folder / "home"):
        each.mkdir(parents=True, exist_ok=True)
    for name in TOOLS:
        found = shutil.which(name, path="/usr/bin:/bin")
        assert found, f"{name} is missing on the machine that runs the tests"
        (made.bin / name).symlink_to(found)
    return made
