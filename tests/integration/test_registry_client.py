"""Asking registries, and what only look like registries, for manifests."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from registry_faults import Fault, FaultProxy, after, answering, changed, fault_proxy, limited, reset
from registry_server import Model, make_model, publish, quick, stock_registry

from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.errors import (
    InsecureRegistry,
    ManifestNotFound,
    RegistryRefused,
    RegistryUnreachable,
    RegistryUntrusted,
)
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import RegistrySettings, RemoteVersion


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stock_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return make_model(tmp_path_factory.mktemp("source"), 50_000, seed=3)


@pytest.fixture
async def published(registry: str, model: Model) -> Reference:
    return await publish(registry, model, "asked")


@pytest.fixture
async def proxy(registry: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(registry) as proxy:
        yield proxy


async def test_the_manifest_as_pushed(registry: str, published: Reference, model: Model) -> None:
    manifest = await RegistryClient(quick(registry)).manifest(published)
    assert manifest.raw == model.manifest.rstrip(b"\n")
    assert tuple(blob.digest for blob in manifest.blobs) == model.digests
    assert manifest.published_at is None


async def test_the_version_takes_one_round_trip(proxy: FaultProxy, published: Reference) -> None:
    client = RegistryClient(quick(proxy.host))
    version = await client.head_manifest(proxy.at(published))
    assert [seen.method for seen in proxy.seen] == ["HEAD"]
    assert version == RemoteVersion((await client.manifest(proxy.at(published))).digest, None)


async def test_many_versions_at_once(proxy: FaultProxy, published: Reference) -> None:
    client = RegistryClient(quick(proxy.host))
    both = asyncio.Barrier(4)

    async def together(proxy: FaultProxy, request: web.Request) -> None:
        await both.wait()

    proxy.on_manifest = together
    versions = await asyncio.gather(*[client.head_manifest(proxy.at(published)) for _ in range(4)])
    assert len(set(versions)) == 1


async def test_ollamas_own_headers(proxy: FaultProxy, published: Reference) -> None:
    digest = "d" * 64
    proxy.on_manifest = answering(200, ollama_content_digest=digest, ollama_push_time="1755705600")
    version = await RegistryClient(quick(proxy.host)).head_manifest(proxy.at(published))
    assert version == RemoteVersion(digest, datetime(2025, 8, 20, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize("fault", [answering(405), answering(200)], ids=["no HEAD", "no digest"])
async def test_without_a_digest_in_the_headers_the_manifest_is_read(
    fault: Fault, proxy: FaultProxy, published: Reference
) -> None:
    async def only_head(proxy: FaultProxy, request: web.Request) -> web.StreamResponse | None:
        return await fault(proxy, request) if request.method == "HEAD" else None

    proxy.on_manifest = only_head
    client = RegistryClient(quick(proxy.host))
    assert (await client.head_manifest(proxy.at(published))).digest == (
        await client.manifest(proxy.at(published))
    ).digest


async def test_passing_faults_are_waited_out(proxy: FaultProxy, published: Reference) -> None:
    client = RegistryClient(quick(proxy.host))
    for fault in (answering(503, Retry_After="0"), changed(after(5, reset)), changed(after(0, reset))):
        proxy.on_manifest = limited(fault, 2)
        assert (await client.manifest(proxy.at(published))).layers


async def test_the_registrys_own_words_are_passed_on(proxy: FaultProxy, published: Reference) -> None:
    proxy.on_manifest = answering(500, '{"errors":[{"message":"no disk"}]}')
    with pytest.raises(RegistryRefused) as refused:
        await RegistryClient(quick(proxy.host)).manifest(proxy.at(published))
    assert (refused.value.status, refused.value.detail) == (500, "no disk")


async def test_not_found_on_the_real_one(registry: str, published: Reference) -> None:
    client = RegistryClient(quick(registry))
    missing = Reference(published.host, published.namespace, published.model, "nothing")
    for ask in (client.manifest, client.head_manifest):
        with pytest.raises(ManifestNotFound) as not_found:
            await ask(missing)
        assert (not_found.value.reference, not_found.value.host) == (str(missing), registry)


async def test_a_redirect_to_another_host_as_hugging_face_does(
    registry: str, proxy: FaultProxy, published: Reference
) -> None:
    async def away(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"http://{registry}{request.path_qs}"})

    proxy.on_manifest = away
    assert (await RegistryClient(quick(proxy.host)).manifest(proxy.at(published))).layers


async def test_plain_http_only_where_it_is_allowed(registry: str, published: Reference) -> None:
    with pytest.raises(InsecureRegistry) as insecure:
        await RegistryClient(RegistrySettings()).manifest(published)
    assert insecure.value.host == registry


async def test_nobody_there(free_port: int) -> None:
    host = f"127.0.0.1:{free_port}"
    with pytest.raises(RegistryUnreachable) as unreachable:
        await RegistryClient(quick(host)).manifest(Reference.parse(f"{host}/a/b"))
    assert unreachable.value.host == host


async def test_no_such_name() -> None:
    with pytest.raises(RegistryUnreachable):
        await RegistryClient().manifest(Reference.parse("registry.invalid/a/b"))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For localhost, signed by itself; its key lies beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    path = tmp_path / "certificate.pem"
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    files = ["-keyout", path.with_name("key.pem"), "-out", path]
    subprocess.run([*request, *names, *files], check=True, capture_output=True)
    return path


@asynccontextmanager
async def tls_in_front(certificate: Path, upstream: str) -> AsyncIterator[str]:
    """`localhost:port` that speaks TLS and passes everything on."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await relay(upstream, reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"localhost:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def connect_proxy(asked: list[bytes]) -> AsyncIterator[str]:
    """A proxy that tunnels, and notes the heads of what it was asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await relay(asked[-1].split()[1].decode(), reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def relay(upstream: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host, _, port = upstream.partition(":")
    to_reader, to_writer = await asyncio.open_connection(host, int(port))
    await asyncio.gather(_copy(reader, to_writer), _copy(to_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_https_is_verified(
    registry: str, published: Reference, model: Model, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tls_in_front(certificate, registry) as host:
        reference = Reference(host, published.namespace, published.model, published.tag)
        with pytest.raises(RegistryUntrusted) as untrusted:
            await RegistryClient(RegistrySettings()).manifest(reference)
        assert untrusted.value.host == host
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        client = RegistryClient(RegistrySettings(part_bytes=10_000, connections=3))
        manifest = await client.manifest(reference)
        blobs = certificate.parent / "models" / "blobs"
        await pull_blobs(client, reference, manifest.blobs, blobs)
        assert (blobs / manifest.layers[0].file_name).read_bytes() == model.read(model.big)


async def test_https_goes_through_the_proxy_of_the_environment(
    registry: str, published: Reference, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    async with tls_in_front(certificate, registry) as host, connect_proxy(asked) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:secret@{proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        reference = Reference(host, published.namespace, published.model, published.tag)
        assert (await RegistryClient(RegistrySettings()).manifest(reference)).layers
        assert asked[0].startswith(f"CONNECT {host} HTTP/1.".encode())
        assert b"Proxy-Authorization: Basic bWU6c2VjcmV0" in asked[0]


async def test_the_proxy_of_the_environment_is_used(
    registry: str, proxy: FaultProxy, published: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:secret@{proxy.host}")
    monkeypatch.setenv("no_proxy", "elsewhere.example")
    assert (await RegistryClient(quick(registry)).manifest(published)).layers
    assert [seen.headers["Host"] for seen in proxy.seen] == [registry]
    assert proxy.seen[0].headers["Proxy-Authorization"].startswith("Basic ")
