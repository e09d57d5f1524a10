"""A stand-in for hf.co as a registry, over TLS, for there is no internet here. Known from what its users report:

- hf.co answers 307 to the same path at huggingface.co, manifests and blobs alike (ollama/ollama#18526).
- A manifest is a Docker one with Ollama's layer types and no digest in its headers; the tag is a quantisation, matched
  without case, `latest` the best one (ggml-org/llama.cpp#11195).
- An unknown quantisation and a model in shards are 400 with `{"error": ...}` (huggingface/hub-docs#1476, #2702); what
  does not exist or is private is 401, with a realm at huggingface.co (ollama/ollama#15661).
- A blob is a redirect to a signed URL on a third host, which serves ranges and expires (ollama/ollama#10195, #18526).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

OWNER, REPOSITORY, QUANT = "bartowski", "SmolLM2-135M-Instruct-GGUF", "Q4_K_M"
STORAGE = "us.aws.cdn.hf.co"
HOSTS = ("hf.co", "huggingface.co", STORAGE)
UNKNOWN = 'The specified tag is not a valid quantization scheme. Please use another tag or "latest"'
SHARDED = "The specified tag is a sharded GGUF. Ollama does not support this yet."
RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass
class HuggingFace:
    """`uses` is how often a signed URL works before it has expired. `seen`: host, path and query of every request."""

    blobs: dict[str, bytes]
    manifest: bytes
    proxy: str = ""
    uses: int = 1000
    granted: int = 0
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    _left: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, weights: bytes, more: bytes) -> HuggingFace:
        """With these weights, and a licence of `more`."""
        config = {"model_format": "gguf", "model_family": "llama", "model_families": ["llama"], "file_type": QUANT}
        parts = {
            "application/vnd.ollama.image.model": weights,
            "application/vnd.ollama.image.template": b"{{ .Prompt }}",
            "application/vnd.ollama.image.license": more,
            "application/vnd.docker.container.image.v1+json": json.dumps(config).encode(),
        }
        layers = [{"digest": digest_of(data), "mediaType": kind, "size": len(data)} for kind, data in parts.items()]
        fields = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": layers.pop(),
            "layers": layers,
        }
        return cls({digest_of(data): data for data in parts.values()}, json.dumps(fields).encode())

    async def answer(self, request: web.Request) -> web.StreamResponse:
        host = request.host.removesuffix(":443")
        self.seen.append((host, request.path_qs, dict(request.headers)))
        if host == "hf.co":
            return web.Response(status=307, headers={"Location": f"https://huggingface.co{request.path_qs}"})
        return self._stored(request) if host == STORAGE else self._hub(request)

    def _hub(self, request: web.Request) -> web.Response:
        _, _, owner, repository, kind, name = request.path.split("/")
        if (owner, repository) != (OWNER, REPOSITORY):
            realm = {"WWW-Authenticate": 'Bearer realm="https://huggingface.co/token",service="hub"'}
            return web.json_response({"error": "Invalid username or password."}, status=401, headers=realm)
        if kind == "manifests":
            return self._manifest(name)
        if name not in self.blobs:
            return web.json_response({"error": "Not found"}, status=404)
        self.granted += 1
        self._left[str(self.granted)] = self.uses
        signed = f"https://{STORAGE}/xet-bridge-us/{name}?Expires=1789749106&Signature={self.granted}"
        return web.Response(status=307, headers={"Location": signed})

    def _manifest(self, tag: str) -> web.Response:
        if tag.upper() in (QUANT, "LATEST"):
            return web.Response(body=self.manifest, content_type="application/json")
        return web.json_response({"error": SHARDED if tag == "Q8_0" else UNKNOWN}, status=400)

    def _stored(self, request: web.Request) -> web.Response:
        signature = request.query.get("Signature", "")
        if not self._left.get(signature):
            return web.Response(status=403, text="Request has expired", content_type="application/xml")
        self._left[signature] -= 1
        data = self.blobs[request.path.rpartition("/")[2]]
        asked = RANGE.fullmatch(request.headers.get("Range", ""))
        if not asked:
            return web.Response(body=data)
        first, last = int(asked[1]), min(int(asked[2]), len(data) - 1)
        told = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
        return web.Response(status=206, body=data[first : last + 1], headers=told)


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@asynccontextmanager
async def serving(hub: HuggingFace, authority: Authority) -> AsyncIterator[HuggingFace]:
    """Behind a CONNECT proxy of its own (`hub.proxy`), which leads every one of HOSTS to it and nothing anywhere."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hub.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server())
    await site.start()
    port = int(runner.addresses[0][1])

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        if target not in [f"{host}:443" for host in HOSTS]:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        from_hub, to_hub = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, to_hub), _copy(from_hub, writer))

    proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    async with proxy:
        hub.proxy = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        yield hub
        await runner.cleanup()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own, and one certificate of its making for all HOSTS."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "authority.pem"

    @classmethod
    def make(cls, folder: Path) -> Authority:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed: apt-get install openssl")
        authority, names = folder / "authority.pem", ",".join(f"DNS:{host}" for host in HOSTS)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        of_authority = ("-subj", "/CN=Test authority", "-keyout", folder / "authority.key", "-out", authority)
        _openssl("req", "-x509", *key, *of_authority)
        subject = ("-subj", "/CN=hf.co", "-addext", f"subjectAltName={names}")
        signed = ("-CA", authority, "-CAkey", folder / "authority.key")
        _openssl("req", "-x509", *key, *subject, *signed, "-keyout", folder / "hub.key", "-out", folder / "hub.pem")
        return cls(folder)

    def server(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.folder / "hub.pem", self.folder / "hub.key")
        return context


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
