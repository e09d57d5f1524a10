"""A real registry (Debian's docker-registry 2.8) on loopback, models to put into it, and quick settings."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.pushing import push
from arriero.registry.values import RegistrySettings

BINARY = "docker-registry"
LISTENING = re.compile(rb"listening on (127\.0\.0\.1:\d+)")
CONFIG = """version: 0.1
log: {{level: info, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:0"}}
"""


@contextmanager
def stock_registry(folder: Path) -> Iterator[str]:
    """Its `host:port`, which the kernel chose. Left out where it is not installed, but for CI."""
    if shutil.which(BINARY) is None:
        missing = f"{BINARY} is not installed: apt-get install docker-registry"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    config = folder / "registry.yml"
    config.write_text(CONFIG.format(root=folder / "data"))
    environment = {**os.environ, "OTEL_TRACES_EXPORTER": "none"}
    with subprocess.Popen([BINARY, "serve", config], stderr=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stderr
            for line in process.stderr:
                if found := LISTENING.search(line):
                    break
            else:
                pytest.fail("docker-registry ended before it listened")
            threading.Thread(target=deque, args=(process.stderr, 0)).start()  # it stops when nobody reads its log
            yield found[1].decode()
        finally:
            process.kill()


@dataclass(frozen=True)
class Model:
    """A model as files: `blobs/` in Ollama's names, and its manifest's bytes."""

    blobs: Path
    manifest: bytes
    digests: tuple[str, ...]
    big: str

    def read(self, digest: str) -> bytes:
        return (self.blobs / digest.replace(":", "-")).read_bytes()


def make_model(folder: Path, big_bytes: int, seed: int = 1) -> Model:
    """Deterministic bytes: one big layer, three small ones, a config."""
    blobs = folder / "blobs"
    blobs.mkdir(parents=True)
    source = random.Random(seed)
    kinds = {"model": big_bytes, "template": 102, "params": 61, "license": 11_343}
    layers = [_blob(blobs, f"application/vnd.ollama.image.{k}", source.randbytes(n)) for k, n in kinds.items()]
    config = _blob(blobs, "application/vnd.docker.container.image.v1+json", source.randbytes(487))
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": config,
        "layers": layers,
    }
    digests = tuple(str(layer["digest"]) for layer in (*layers, config))
    return Model(blobs, json.dumps(manifest, separators=(",", ":")).encode() + b"\n", digests, digests[0])


def _blob(blobs: Path, media_type: str, data: bytes) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    (blobs / f"sha256-{digest}").write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def quick(host: str, **changes: object) -> RegistrySettings:
    """Settings for tests: plain http to `host`, small parts, short waits."""
    settings = {
        "insecure_hosts": frozenset({host}),
        "connections": 4,
        "part_bytes": 1 << 20,
        "backoff_s": 0.01,
        "answer_s": 10.0,
        "stall_s": 10.0,
    }
    return RegistrySettings(**(settings | changes))  # type: ignore[arg-type]


async def publish(host: str, model: Model, name: str, tag: str = "latest") -> Reference:
    """Puts `model` into the registry by our own push."""
    reference = Reference.parse(f"{host}/test/{name}:{tag}")
    await push(RegistryClient(quick(host)), reference, model.manifest, model.blobs)
    return reference


def at(reference: Reference, host: str) -> Reference:
    """The same model behind another address."""
    return Reference(host, reference.namespace, reference.model, reference.tag)


def consistent(blobs: Path) -> set[str]:
    """The digests that lie there under their final names, each hashed here; anything else may only be a partial's."""
    found = set()
    for path in blobs.iterdir():
        if re.fullmatch(r"sha256-[0-9a-f]{64}", path.name):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name.removeprefix("sha256-"), path.name
            found.add(path.name.replace("-", ":"))
        else:
            assert re.fullmatch(r"sha256-[0-9a-f]{64}-partial(-\d+)?", path.name), path.name
    return found


def files_in(blobs: Path) -> int:
    return len(list(blobs.iterdir()))


def part_files(blobs: Path, digest: str) -> list[dict[str, int]]:
    """The part files of a layer as another program would read them."""
    paths = blobs.glob(f"{digest.replace(':', '-')}-partial-*")
    return sorted((json.loads(path.read_bytes()) for path in paths), key=lambda part: part["N"])


def completed(blobs: Path, digest: str) -> int:
    return sum(part["Completed"] for part in part_files(blobs, digest))


def plant_partial(blobs: Path, digest: str, data: bytes, parts: list[tuple[int, int, int]]) -> None:
    """A partial as Ollama leaves it: (offset, size, completed) of each part, the rest a hole."""
    blobs.mkdir(parents=True, exist_ok=True)
    path = blobs / f"{digest.replace(':', '-')}-partial"
    with path.open("wb") as file:
        file.truncate(len(data))
        for n, (offset, size, there) in enumerate(parts):
            os.pwrite(file.fileno(), data[offset : offset + there], offset)
            fields = {"N": n, "Offset": offset, "Size": size, "Completed": there}
            path.with_name(f"{path.name}-{n}").write_text(json.dumps(fields, separators=(",", ":")) + "\n")
