"""A stand-in for the repositories of Docker and NVIDIA: tiny packages of the same names, signed with a key made here.

    repository.py FOLDER: fills the folder, serves it, prints the port, until it is ended

Needs gpg and dpkg-deb. Laid out as download.docker.com/linux/DISTRIBUTION and nvidia.github.io/libnvidia-container are.
"""

import functools
import hashlib
import http.server
import subprocess
import sys
from email.utils import formatdate
from pathlib import Path

DOCKER = ("docker-ce", "docker-ce-cli", "containerd.io", "docker-buildx-plugin", "docker-compose-plugin")
TOOLKIT = ("nvidia-container-toolkit",)
PROGRAMS = {
    "docker-ce": "usr/bin/dockerd",
    "docker-ce-cli": "usr/bin/docker",
    "nvidia-container-toolkit": "usr/bin/nvidia-ctk",
}


def main(root: Path) -> None:
    home = root / "gnupg"
    home.mkdir(mode=0o700, parents=True)
    gpg = ("gpg", "--homedir", str(home), "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "")
    subprocess.run([*gpg, "--quick-gen-key", "Stand-in <standin@example.test>", "ed25519", "sign"], check=True)
    key = subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True).stdout
    docker, nvidia = root / "docker/linux/debian", root / "nvidia"
    (docker / "dists/trixie/stable/binary-amd64").mkdir(parents=True)
    (nvidia / "stable/deb/amd64").mkdir(parents=True)
    (docker / "gpg").write_bytes(key)
    (nvidia / "gpgkey").write_bytes(key)
    fill(docker, docker / "dists/trixie", "stable/binary-amd64/Packages", DOCKER, gpg)
    fill(nvidia / "stable/deb/amd64", nvidia / "stable/deb/amd64", "Packages", TOOLKIT, gpg)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
    with http.server.ThreadingHTTPServer(("", 0), handler) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


def fill(pool: Path, suite: Path, index: str, names: tuple[str, ...], gpg: tuple[str, ...]) -> None:
    """Packages below `pool`, their index, and the signed InRelease of the suite."""
    (suite / index).write_text("\n".join(package(pool, name) for name in names))
    data = (suite / index).read_bytes()
    release = suite / "Release"
    release.write_text(
        f"Origin: stand-in\nSuite: trixie\nCodename: trixie\nArchitectures: amd64\nComponents: stable\n"
        f"Date: {formatdate(usegmt=True)}\nSHA256:\n {hashlib.sha256(data).hexdigest()} {len(data)} {index}\n"
    )
    subprocess.run([*gpg, "--clearsign", "--output", str(suite / "InRelease"), str(release)], check=True)


def package(pool: Path, name: str) -> str:
    """Builds it; returns its paragraph of the index."""
    tree = pool / f".{name}"
    control = (
        f"Package: {name}\nVersion: 1\nArchitecture: amd64\nMaintainer: x <x@example.test>\nDescription: stand-in\n"
    )
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(control)
    for path in [PROGRAMS[name]] if name in PROGRAMS else []:
        program = tree / path
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho {program.name} version 1\n")
        program.chmod(0o755)
    file = pool / f"{name}.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, file], check=True, stdout=subprocess.DEVNULL)
    data = file.read_bytes()
    return f"{control}Filename: {file.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
