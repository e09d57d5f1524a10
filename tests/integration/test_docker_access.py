"""Engines that cannot be reached, or speak otherwise: sockets that are missing, closed, mute, too old, too new."""

from __future__ import annotations

import asyncio
import grp
import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from arriero.config.specs import DockerSettings, GpuChoice
from arriero.core.clock import SystemClock
from arriero.runtime.docker.backend import DockerBackend
from arriero.runtime.docker.compose import ComposeProject
from arriero.runtime.docker.compose_command import compose, compose_version
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.errors import (
    ApiTooNew,
    ApiTooOld,
    ComposeMissing,
    ComposeSlow,
    ComposeTooOld,
    DockerMissing,
    EngineDown,
    EngineNeedsRelogin,
    EnginePermission,
    EngineRefused,
    EngineUnavailable,
    TlsUnusable,
)
from arriero.runtime.docker.probe import probe
from arriero.runtime.proc import facts
from docker_slot import ENDPOINT

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NOBODY = 65534


@pytest.fixture
def sock(own_home: Path) -> Path:
    """A path short enough for a socket."""
    return Path(os.environ["XDG_RUNTIME_DIR"]) / "docker.sock"


@asynccontextmanager
async def engine(sock: Path, answer: bytes) -> AsyncIterator[Endpoint]:
    """A server on that socket that gives everybody the same answer."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(handle, sock):
        yield Endpoint(f"unix://{sock}", "DOCKER_HOST")


def version(newest: str, oldest: str) -> bytes:
    """GET /version as engines answer it, as far as it is read."""
    told = {"Version": "99.0", "ApiVersion": newest, "MinAPIVersion": oldest}
    return b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps(told).encode()


async def refusal(endpoint: Endpoint) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as caught:
        await probe(endpoint, limit_s=2.0)
    return caught.value


async def test_no_socket_and_no_command_is_no_docker(
    sock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert type(await refusal(Endpoint(f"unix://{sock}", "default"))) is DockerMissing
    with pytest.raises(DockerMissing):
        await compose_version(ENDPOINT)


async def test_no_socket_with_the_command_is_an_engine_that_does_not_run(
    sock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "exit 0", monkeypatch)
    told = await refusal(Endpoint(f"unix://{sock}", "default"))
    assert isinstance(told, EngineDown)
    assert (told.endpoint, "No such file" in told.detail) == (f"unix://{sock}", True)


async def test_a_socket_that_nobody_listens_on_is_an_engine_that_does_not_run(sock: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(sock))
    told = await refusal(Endpoint(f"unix://{sock}", "default"))
    assert isinstance(told, EngineDown)
    assert "refused" in told.detail


async def test_an_engine_that_says_nothing_does_not_run(sock: Path) -> None:
    gone = asyncio.Event()

    async def mute(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    async with await asyncio.start_unix_server(mute, sock):
        with pytest.raises(EngineDown) as caught:
            await probe(Endpoint(f"unix://{sock}", "default"), limit_s=0.2)
        gone.set()
    assert caught.value.detail == "no answer in 0.2 s"


async def test_what_is_no_engine_is_told(sock: Path) -> None:
    async with engine(sock, b"SSH-2.0-OpenSSH_9.6\r\n") as endpoint:
        told = await refusal(endpoint)
    assert isinstance(told, EngineDown)
    assert "not HTTP" in told.detail
    async with engine(sock, b"HTTP/1.1 502 Bad Gateway\r\n\r\n") as endpoint:
        with pytest.raises(EngineRefused) as caught:
            await probe(endpoint)
    assert caught.value.status == 502


@pytest.fixture
def as_nobody(needs_root: None) -> Iterator[None]:
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


def close(sock: Path) -> grp.struct_group:
    """Only its owner may use it. Returns its group."""
    sock.chmod(0o600)
    sock.parent.chmod(0o755)
    return grp.getgrgid(sock.stat().st_gid)


async def test_a_closed_socket_names_the_group_that_may(
    sock: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    async with engine(sock, b"") as endpoint:
        group = close(sock)
        request.getfixturevalue("as_nobody")
        told = await refusal(endpoint)
        assert type(told) is EnginePermission
        assert (told.socket, told.user, told.group) == (sock, "nobody", group.gr_name)
        # as after `usermod -aG`: the account's groups have changed, the session's have not
        joined = grp.struct_group((group.gr_name, "x", group.gr_gid, ["nobody"]))
        monkeypatch.setattr(grp, "getgrgid", lambda _: joined)
        monkeypatch.setattr(os, "getgroups", lambda: [NOBODY])
        told = await refusal(endpoint)
        assert type(told) is EngineNeedsRelogin
        assert (told.user, told.group) == ("nobody", group.gr_name)


async def test_versions_of_the_api_that_do_not_meet_are_told(sock: Path) -> None:
    async with engine(sock, version("1.40", "1.12")) as endpoint:
        old = await refusal(endpoint)
    assert isinstance(old, ApiTooOld)
    assert (old.theirs, old.ours, old.version) == ("1.40", "1.41", "99.0")
    async with engine(sock, version("1.70", "1.60")) as endpoint:
        new = await refusal(endpoint)
    assert isinstance(new, ApiTooNew)
    assert new.theirs == "1.60"


# ---- Compose, played by a command of that name: it answers as docker/cli and docker/compose do


def install(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `docker` that comes before any other."""
    path = folder / "bin" / "docker"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


def project(folder: Path) -> ComposeProject:
    return ComposeProject((), DockerSettings("x:1", "arriero-test", folder, GpuChoice.CPU, "64mb", 512, 2048))


async def test_a_compose_that_is_too_old_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, 'case "$*" in *version*) echo v2.18.1;; *) echo "odd words" >&2; exit 1;; esac', monkeypatch)
    with pytest.raises(ComposeTooOld) as caught:
        await compose(ENDPOINT, project(tmp_path), ["up"], limit_s=20.0)
    assert (caught.value.found, caught.value.needed) == ("2.18.1", "2.19")


@pytest.mark.parametrize("said", ["2.19.0", "v5.5.0", "2.26.1-4", "2.40.3+ds1-0ubuntu1"])
async def test_versions_of_compose_are_read(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, f"echo {said}", monkeypatch)
    assert await compose_version(ENDPOINT) in said


async def test_a_compose_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, f"echo $$ >{tmp_path}/pid; trap '' TERM; while :; do sleep 0.1; done", monkeypatch)
    monkeypatch.setattr("arriero.runtime.docker.compose_command._GRACE_S", 0.2)
    with pytest.raises(ComposeSlow):
        await compose(ENDPOINT, project(tmp_path), ["up"], limit_s=1.0)
    pid = int((tmp_path / "pid").read_text())
    assert facts(pid) is None


async def test_docker_without_compose_is_told(
    needs_docker: None, needs_root: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real docker command in a mount namespace of its own, where its plugins' folders are empty."""
    real = shutil.which("docker")
    folders = " ".join(f"/usr/{below}/docker/cli-plugins" for below in ("local/lib", "local/libexec", "lib", "libexec"))
    hide = f'for d in {folders}; do [ -d $d ] && mount -t tmpfs none $d; done; exec {real} "$@"'
    install(tmp_path, f"exec unshare --mount sh -c '{hide}' docker \"$@\"", monkeypatch)
    with pytest.raises(ComposeMissing):
        await compose(ENDPOINT, project(tmp_path), ["up"], limit_s=20.0)
    with pytest.raises(ComposeMissing):
        await compose_version(ENDPOINT)


# ---- The real engine, over TCP


@asynccontextmanager
async def relayed(context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """A TCP port of this machine that leads to the engine's socket, as a dockerd with `-H tcp://` has one."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await ENDPOINT.dial()
        request = await reader.readuntil(b"\r\n\r\n")
        inner_writer.write(request)
        while data := await inner_reader.read(65536):
            writer.write(data)
        for each in (writer, inner_writer):
            each.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def certify(folder: Path) -> ssl.SSLContext:
    """ca.pem, cert.pem and key.pem as docker wants them; one certificate is everybody's. Returns the server's side."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_an_engine_on_tcp_is_asked(needs_docker: None) -> None:
    async with relayed(None) as port:
        seen = await probe(Endpoint(f"tcp://127.0.0.1:{port}", "DOCKER_HOST"))
    same = await probe(ENDPOINT)
    assert (seen.version, seen.api_version, seen.system) == (same.version, same.api_version, same.system)


async def test_an_engine_behind_tls_is_asked(needs_docker: None, tmp_path: Path) -> None:
    async with relayed(certify(tmp_path)) as port:
        url = f"tcp://127.0.0.1:{port}"
        assert (await probe(Endpoint(url, "DOCKER_HOST", tmp_path))).version == (await probe(ENDPOINT)).version
        (tmp_path / "ca.pem").unlink()
        assert isinstance(await refusal(Endpoint(url, "DOCKER_HOST", tmp_path)), EngineDown)  # who is that?
        assert (await probe(Endpoint(url, "DOCKER_HOST", tmp_path, verify=False))).version
        (tmp_path / "key.pem").write_text("no key")
        assert isinstance(await refusal(Endpoint(url, "DOCKER_HOST", tmp_path)), TlsUnusable)


async def test_a_backend_without_an_engine_says_so_whatever_it_is_asked(sock: Path, tmp_path: Path) -> None:
    backend = DockerBackend(
        project(tmp_path), Endpoint(f"unix://{sock}", "default"), run_dir=tmp_path / "run", clock=SystemClock()
    )
    for looking in (backend.inspect([("qwen", 1)]), backend.stats(["qwen"]), anext(backend.events(["qwen"]))):
        with pytest.raises(EngineUnavailable):
            await looking
