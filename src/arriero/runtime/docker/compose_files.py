"""The Compose files as text, and what of a service's settings can be seen on its container. Pure: no file is touched.

Invariant: whatever the user may set stands in the files as `${VARIABLE:-default}`, under the environment variable of
that very setting, so that a shell, `.env` and Arriero mean the same by it. Nothing may be added to a service that its
hash leaves out, except what is the same for everybody.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from arriero.config import schema
from arriero.config.specs import DockerSettings, GpuChoice, KvCache
from arriero.runtime.backend import ServiceSpec

PORT_INSIDE = 11434
MODELS_INSIDE = "/root/.ollama/models"
VOLUME = "ollama_models"
SLOT_LABEL = "arriero.slot"
LOOPBACK = "127.0.0.1"

_SEAL = "# Made by Arriero from its settings. sha256 of all that follows: "
_MODELS = "${ARRIERO_MODELS_DIR:-${OLLAMA_MODELS:-${HOME}/.ollama/models}}"
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class Knob(NamedTuple):
    """A setting that containers are made with. `key`: its name among the settings, `*` for the slot."""

    key: str
    value: Callable[[ServiceSpec, DockerSettings], str]

    def variable(self, slot: str) -> str:
        return schema.variable(tuple(slot if part == "*" else part for part in self.key.split(".")))

    def asked(self, spec: ServiceSpec, settings: DockerSettings) -> str:
        """As Compose interpolates it; the default is the value."""
        return "${" + self.variable(spec.slot) + ":-" + self.value(spec, settings).replace("$", "$$") + "}"


IMAGE = Knob("docker.image", lambda _, docker: docker.image)
CARD = Knob("gpu", lambda _, docker: docker.card)
SHM_SIZE = Knob("docker.shm_size", lambda _, docker: docker.shm_size)
PORT = Knob("slots.*.port", lambda spec, _: str(spec.port))
ENVIRONMENT = {
    "OLLAMA_CONTEXT_LENGTH": Knob("slots.*.context", lambda spec, _: str(spec.context)),
    "OLLAMA_KV_CACHE_TYPE": Knob("slots.*.kv_cache", lambda spec, _: spec.kv_cache),
    "LLAMA_ARG_SPEC_TYPE": Knob("slots.*.speculation", lambda spec, _: spec.speculation),
    "OLLAMA_KEEP_ALIVE": Knob("engine.keep_alive", lambda spec, _: spec.keep_alive),
    "OLLAMA_NUM_PARALLEL": Knob("engine.parallel", lambda spec, _: str(spec.parallel)),
    "OLLAMA_MAX_QUEUE": Knob("engine.max_queue", lambda spec, _: str(spec.max_queue)),
    "OLLAMA_ORIGINS": Knob("engine.origins", lambda spec, _: ",".join(spec.origins)),
    "LLAMA_ARG_FIT_TARGET": Knob("docker.fit_target_mib", lambda _, docker: str(docker.fit_target_mib)),
    "LLAMA_ARG_CACHE_RAM": Knob("docker.cache_ram_mib", lambda _, docker: str(docker.cache_ram_mib)),
}
KNOBS = (IMAGE, PORT, CARD, SHM_SIZE, *ENVIRONMENT.values())

_ABOUT_MAIN = """\
# The stack's containers. `docker compose up -d`, `stop`, `down` and `down ollama-qwen` work here as they are typed.
# Settings go into arriero.toml: Arriero writes what differs from these defaults into .env, which Compose reads too.
# Without an NVIDIA card or its container toolkit: docker compose -f docker-compose.yml -f docker-compose.cpu.yml up -d
#
# Ports are open on this machine only, for Ollama asks for no key. The three share the user's folder of models: hence
# OLLAMA_NOPRUNE, or one that starts would delete what another is downloading. That folder must be there:
# mkdir -p ~/.ollama/models. The volume is only a name for it, so `down -v` loses no model.
# LLAMA_ARG_* reach llama.cpp through Ollama: video memory left free, system memory for old prompts, speculation.
# OLLAMA_NUM_GPU_LAYERS is inert: no version of Ollama reads it, layers are placed by what fits.
name: arriero
"""
_ABOUT_CPU = """\
# Takes the graphics card back out of docker-compose.yml: models run on the processor, many times slower.
"""
_ABOUT_SLOTS = """\
# The containers of slots that docker-compose.yml does not have. .env names both files in COMPOSE_FILE.
"""
_VOLUME = f"""\
volumes:
  {VOLUME}:
    driver: local
    driver_opts:
      type: none
      o: bind
      device: "{_MODELS}"
"""
_ON_CARD = re.compile(r"\d\d?|(?:GPU|MIG)-[0-9a-fA-F-]+")  # index or UUID; a longer number is part of a name
_NO_GPU = """\
    deploy:
      resources:
        reservations:
          devices: !reset []
"""


def render_main(services: Iterable[ServiceSpec], settings: DockerSettings) -> str:
    """docker-compose.yml: these services with the card reserved, their settings as defaults."""
    texts = (_service(s, settings, _gpu(s, settings)) for s in services)
    return sealed(f"{_ABOUT_MAIN}services:\n{_join(texts)}\n{_VOLUME}")


def render_cpu(services: Iterable[ServiceSpec]) -> str:
    """docker-compose.cpu.yml. `!reset` exists since Compose 2.18."""
    resets = (f"  {spec.name}:\n{_NO_GPU}" for spec in services)
    return sealed(f"{_ABOUT_CPU}services:\n{_join(resets)}")


def render_slots(services: Iterable[ServiceSpec], settings: DockerSettings) -> str:
    """docker-compose.slots.yml: services that the main file lacks."""
    on_cpu = settings.gpu is GpuChoice.CPU
    texts = (_service(s, settings, "" if on_cpu else _gpu(s, settings)) for s in services)
    return sealed(f"{_ABOUT_SLOTS}services:\n{_join(texts)}")


def _join(parts: Iterable[str]) -> str:
    return "\n".join(parts)


def _gpu(spec: ServiceSpec, settings: DockerSettings) -> str:
    """`device_ids` with one number means what `count: 1` does: the engine makes "0" of that (moby, nvidia_linux.go)."""
    return f"""\
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["{CARD.asked(spec, settings)}"]
              capabilities: [gpu]
"""


def names_card(text: str) -> bool:
    """Whether containers can be given a card by this name. Pure."""
    return _ON_CARD.fullmatch(text) is not None


def _service(spec: ServiceSpec, settings: DockerSettings, gpu: str) -> str:
    fixed = {"OLLAMA_MAX_LOADED_MODELS": "1", "OLLAMA_NOPRUNE": "1"}
    if spec.kv_cache != KvCache.F16:
        fixed["OLLAMA_FLASH_ATTENTION"] = "1"  # a quantized cache needs it; else llama.cpp knows best where it pays
    given = {name: knob.asked(spec, settings) for name, knob in ENVIRONMENT.items()} | fixed
    environment = "\n".join(f'      {name}: "{value}"' for name, value in given.items())
    return f"""\
  {spec.name}:
    image: "{IMAGE.asked(spec, settings)}"
    container_name: {spec.name}
    restart: unless-stopped
    labels:
      {SLOT_LABEL}: {spec.slot}
    ports:
      - "{LOOPBACK}:{PORT.asked(spec, settings)}:{PORT_INSIDE}"
    volumes:
      - {VOLUME}:{MODELS_INSIDE}
    environment:
{environment}
      OLLAMA_NUM_GPU_LAYERS: "35"  # inert
    shm_size: "{SHM_SIZE.asked(spec, settings)}"
    healthcheck:
      test: ["CMD", "ollama", "list"]
      interval: 10s
      timeout: 10s
      retries: 3
      start_period: 30s
    logging:
      driver: local
{gpu}"""


def values(spec: ServiceSpec, settings: DockerSettings) -> dict[str, str]:
    """Every variable that the service's text asks for but the models' folder, with the value it is to have."""
    return {knob.variable(spec.slot): knob.value(spec, settings) for knob in KNOBS}


def defaults(text: str) -> dict[str, str]:
    """The variables that a file asks for, with its own defaults."""
    found = re.findall(r"\$\{(\w+):-((?:[^${}]|\$\$)*)\}", text)
    return {variable: default.replace("$$", "$") for variable, default in found}


def service_names(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"^    container_name: (\S+)$", text, re.MULTILINE))


def service_hash(spec: ServiceSpec, settings: DockerSettings) -> str:
    """Of all that a container would have to be made anew for; equal to `observed_hash` of one that is in step."""
    card = "" if settings.gpu is GpuChoice.CPU else settings.card
    seen = {"image": settings.image, "address": f"{LOOPBACK}:{spec.port}", "gpu": card}
    seen["shm"] = str(size_bytes(settings.shm_size))
    return _hash(seen | {name: knob.value(spec, settings) for name, knob in ENVIRONMENT.items()})


def observed_hash(told: Mapping[str, Any]) -> str:
    """The same, of what GET /containers/{id}/json tells: what the container is, not what a label says of it."""
    config, host = told["Config"], told["HostConfig"]
    bindings = (host.get("PortBindings") or {}).get(f"{PORT_INSIDE}/tcp") or []
    cards = [_cards(request) for request in host.get("DeviceRequests") or [] if _is_gpu(request)]
    environment = dict(line.partition("=")[::2] for line in config["Env"] or [])
    seen = {
        "image": config["Image"],
        "address": ",".join(sorted(f"{b['HostIp']}:{b['HostPort']}" for b in bindings)),
        "gpu": ",".join(cards),
        "shm": str(host["ShmSize"]),
    }
    return _hash(seen | {name: environment.get(name, "") for name in ENVIRONMENT})


def _is_gpu(request: Mapping[str, Any]) -> bool:
    return any("gpu" in words for words in request.get("Capabilities") or [])


def _cards(request: Mapping[str, Any]) -> str:
    """By their names, and where only how many was said, as the engine counts them out."""
    count = int(request.get("Count") or 0)
    return "all" if count < 0 else ",".join(request.get("DeviceIDs") or map(str, range(count))) or "none"


def _hash(seen: Mapping[str, str]) -> str:
    return hashlib.sha256("\0".join(f"{key}={seen[key]}" for key in sorted(seen)).encode()).hexdigest()[:12]


def size_bytes(text: str) -> int:
    """Docker's way of writing sizes: powers of 1024 under k, m and g, with or without a b."""
    number, unit = re.fullmatch(r"(\d+)([kmg]?)b?", text.lower()).groups()  # type: ignore[union-attr] # config checked it
    return int(number) * _UNITS[unit]


def sealed(body: str) -> str:
    """With a first line by which a change by hand is known."""
    return f"{_SEAL}{hashlib.sha256(body.encode()).hexdigest()}\n{body}"


def is_untouched(text: str) -> bool:
    return text == sealed(text.partition("\n")[2])
