"""What the registry room takes and gives. Frozen values, no IO."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import datetime

SPOKEN_OLLAMA = "0.33.0"
_GO_ARCH = {"x86_64": "amd64", "aarch64": "arm64"}


def default_user_agent() -> str:
    """Ollama's form: its registry answers 412 to versions too old for a model, and reads the version from here."""
    machine = platform.machine()
    return f"ollama/{SPOKEN_OLLAMA} ({_GO_ARCH.get(machine, machine)} {platform.system().lower()}) arriero/0.1.0"


@dataclass(frozen=True)
class RegistrySettings:
    """How a client behaves. `insecure_hosts` are spoken to over plain http, as `host` or `host:port` of a reference.

    A layer is cut into parts of at least `part_bytes`, at most `most_parts` of them; each of `connections` fetches one
    part at a time. A wait for bytes ends after `stall_s`, and so does an answer slower than `slowest_bytes_per_s` on
    average over that time. A part is given up after `tries` in a row that brought it no further, with waits that double
    from `backoff_s` up to `longest_wait_s`. Proxies come from the environment (`https_proxy`, `no_proxy`...).
    """

    insecure_hosts: frozenset[str] = frozenset()
    user_agent: str = field(default_factory=default_user_agent)
    connections: int = 16
    part_bytes: int = 8_000_000
    most_parts: int = 256
    upload_part_bytes: int = 100_000_000
    limit_bytes_per_s: int | None = None
    connect_s: float = 10.0
    answer_s: float = 60.0
    stall_s: float = 30.0
    slowest_bytes_per_s: int = 1000
    tries: int = 6
    backoff_s: float = 1.0
    longest_wait_s: float = 60.0


@dataclass(frozen=True)
class RemoteLayer:
    """One blob as a manifest declares it. `digest` is `sha256:` and 64 lower-case hex digits."""

    media_type: str
    digest: str
    size_bytes: int
    origin: str | None = None
    name: str | None = None

    @property
    def file_name(self) -> str:
        """Its final name in a `blobs/` folder, Ollama's own."""
        return self.digest.replace(":", "-", 1)


@dataclass(frozen=True)
class RemoteManifest:
    """`raw` are the bytes as received, to be stored as they are; `digest` is their sha256: 64 hex digits, no prefix."""

    raw: bytes
    digest: str
    layers: tuple[RemoteLayer, ...]
    config: RemoteLayer
    published_at: datetime | None

    @property
    def blobs(self) -> tuple[RemoteLayer, ...]:
        """Everything there is to fetch: the layers and the config."""
        return (*self.layers, self.config)

    @property
    def size_bytes(self) -> int:
        return sum(layer.size_bytes for layer in self.blobs)


@dataclass(frozen=True)
class RemoteVersion:
    """What a registry serves under a tag now: `digest` as in RemoteManifest, `published_at` where it says so."""

    digest: str
    published_at: datetime | None


@dataclass(frozen=True)
class PullResult:
    """`bytes_fetched` counts what came over the wire, repeats included; `bytes_reused` what was there already."""

    bytes_fetched: int
    bytes_reused: int
