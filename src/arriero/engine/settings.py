"""How one engine serves: from its flags, over the environment variables of `ollama serve`, over defaults.

The variables are Ollama's own, because the engine also stands in for Ollama inside a container that was started for
it. Source: Ollama 0.33 envconfig. Of llama.cpp's LLAMA_ARG_*, which Ollama passes on, those are read that are listed in
VARIABLES. ARRIERO_IN_CONTAINER=1 says that a container's network stands in front, so that no key is asked for.
"""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arriero.core.paths import places
from arriero.engine.errors import EngineBindNeedsKey, EngineKeyUnreadable, EngineSettingInvalid
from arriero.engine.go_duration import keep_alive_s, parse_duration

DEFAULT_PORT = 11434
DEFAULT_CONTEXT = 4096
DEFAULT_BODY_BYTES = 32 << 20
DEFAULT_IDLE_TIMEOUT_S = 75
KV_CACHES = ("f16", "q8_0", "q4_0")


@dataclass(frozen=True)
class EngineSpec:
    """`host` is an IP address or `localhost`. `api_key` None: none is asked for. `load_stall_s` None: no limit."""

    host: str
    port: int
    models: Path
    context: int
    kv_cache: str
    keep_alive_s: float
    parallel: int
    max_queue: int
    max_body_bytes: int
    origins: tuple[str, ...]
    threads: int
    api_key: str | None
    slot: str
    load_stall_s: float | None
    idle_timeout_s: float
    flash_attention: str
    gpu_layers: int
    cache_ram_mib: int
    speculation: str
    fit_margin_mib: int | None
    gpu: str


VARIABLES = {
    "host": "OLLAMA_HOST",
    "models": "OLLAMA_MODELS",
    "context": "OLLAMA_CONTEXT_LENGTH",
    "kv_cache": "OLLAMA_KV_CACHE_TYPE",
    "keep_alive": "OLLAMA_KEEP_ALIVE",
    "parallel": "OLLAMA_NUM_PARALLEL",
    "max_queue": "OLLAMA_MAX_QUEUE",
    "origins": "OLLAMA_ORIGINS",
    "load_timeout": "OLLAMA_LOAD_TIMEOUT",
    "flash_attention": "OLLAMA_FLASH_ATTENTION",
    "gpu_layers": "LLAMA_ARG_N_GPU_LAYERS",
    "cache_ram": "LLAMA_ARG_CACHE_RAM",
    "speculation": "LLAMA_ARG_SPEC_TYPE",
    "fit_margin": "LLAMA_ARG_FIT_TARGET",
}


def parser() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(
        prog="python -m arriero.engine", description="Serves models as `ollama serve` does."
    )
    flags.add_argument("--host", help="address to listen on (127.0.0.1)")
    flags.add_argument("--port", help=f"port, 0 for a free one ({DEFAULT_PORT})")
    flags.add_argument("--models", help="model store (~/.ollama/models)")
    flags.add_argument("--context", help=f"tokens of context unless a request says otherwise ({DEFAULT_CONTEXT})")
    flags.add_argument("--kv-cache", help=f"type of the KV cache: {', '.join(KV_CACHES)}")
    flags.add_argument("--keep-alive", help="how long an idle model stays loaded: 5m, 600, -1 for ever (5m)")
    flags.add_argument("--parallel", help="requests computed at once (1)")
    flags.add_argument("--max-queue", help="requests that may wait (512)")
    flags.add_argument("--max-body-bytes", help=f"largest request body ({DEFAULT_BODY_BYTES})")
    flags.add_argument(
        "--idle-timeout", help=f"how long a connection may bring no request's whole head ({DEFAULT_IDLE_TIMEOUT_S}s)"
    )
    flags.add_argument("--origin", action="append", help="browser origin that may call, in addition (repeatable)")
    flags.add_argument("--threads", help="threads that compute, 0 for as many as suit the machine (0)")
    flags.add_argument("--speculation", help="draft tokens from the prompt: ngram-mod and others (none)")
    flags.add_argument("--gpu", help="NVIDIA card to compute on: its number, UUID or a part of its name (the first)")
    flags.add_argument("--api-key-file", help="file with the key that every request must bring")
    flags.add_argument("--slot", default="", help="a label, for process lists and the log")
    return flags


def read_settings(argv: Sequence[str], environ: Mapping[str, str]) -> EngineSpec:
    """Raises EngineSettingInvalid, EngineBindNeedsKey, EngineKeyUnreadable; SystemExit(2) for an unknown flag."""
    given = _Given(vars(parser().parse_args(argv)), environ)
    host, port = _address(given)
    api_key = _key(given.flag("api_key_file"))
    if not (is_loopback(host) or api_key or environ.get("ARRIERO_IN_CONTAINER") == "1"):
        raise EngineBindNeedsKey(host)
    origins = given.variable("origins")
    return EngineSpec(
        host=host,
        port=port,
        models=Path(given.text("models") or places(environ).models),
        context=given.number("context") or DEFAULT_CONTEXT,
        kv_cache=given.choice("kv_cache", KV_CACHES),
        keep_alive_s=keep_alive_s(given.seconds("keep_alive", 300)),
        parallel=max(given.number("parallel", 1), 1),
        max_queue=given.number("max_queue", 512),
        max_body_bytes=given.number("max_body_bytes", DEFAULT_BODY_BYTES),
        origins=(*given.flags("origin"), *(o.strip() for o in origins.split(",") if o.strip())),
        threads=given.number("threads"),
        api_key=api_key,
        slot=given.flag("slot"),
        load_stall_s=_stall(given.seconds("load_timeout", 300)),
        idle_timeout_s=_idle_timeout(given),
        flash_attention=_flash(given.variable("flash_attention")),
        gpu_layers=given.number("gpu_layers", -1, least=-1),
        cache_ram_mib=given.number("cache_ram"),
        speculation=given.choice(
            "speculation", ("", "none", "ngram-mod", "ngram-simple", "ngram-map-k", "ngram-cache")
        ),
        fit_margin_mib=given.number("fit_margin", -1, least=-1) if given.variable("fit_margin") else None,
        gpu=given.flag("gpu"),
    )


class _Given:
    """Looks a setting up by its flag's name, then by its variable's; remembers which of them to name in an error."""

    def __init__(self, flags: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._flags = flags
        self._environ = environ

    def flag(self, name: str) -> str:
        return str(self._flags.get(name) or "")

    def flags(self, name: str) -> list[str]:
        values = self._flags.get(name)
        return list(values) if isinstance(values, list) else []

    def variable(self, name: str) -> str:
        """Without the blanks and quotes around it, as Ollama reads them."""
        return self._environ.get(VARIABLES.get(name, ""), "").strip().strip("\"'").strip()

    def text(self, name: str) -> str:
        return self.flag(name) or self.variable(name)

    def source(self, name: str) -> str:
        return f"--{name.replace('_', '-')}" if self.flag(name) else VARIABLES[name]

    def number(self, name: str, default: int = 0, least: int = 0) -> int:
        text = self.text(name)
        if not text:
            return default
        if not text.removeprefix("-").isdecimal() or int(text) < least:
            raise EngineSettingInvalid(self.source(name), text, str(max(default, 1)))
        return int(text)

    def choice(self, name: str, choices: Sequence[str]) -> str:
        text = self.text(name).lower()
        if text and text not in choices:
            raise EngineSettingInvalid(self.source(name), text, next(filter(None, choices)))
        return text or choices[0]

    def seconds(self, name: str, default_s: float) -> float:
        """Go's durations, or a plain number of seconds."""
        text = self.text(name)
        if not text:
            return default_s
        if text.removeprefix("-").isdecimal():
            return float(text)
        try:
            return parse_duration(text)
        except ValueError as error:
            raise EngineSettingInvalid(self.source(name), text, "5m") from error


def _address(given: _Given) -> tuple[str, int]:
    """OLLAMA_HOST may hold a scheme, whose own port is then the default, an address and a port, each optional."""
    scheme, separator, rest = given.text("host").rpartition("://")
    rest = rest.split("/", 1)[0]
    host, colon, port_text = rest.rpartition(":") if rest.count(":") == 1 or "]:" in rest else (rest, "", "")
    default = {"http": 80, "https": 443}.get(scheme, DEFAULT_PORT) if separator else DEFAULT_PORT
    if colon and not port_text.isdecimal():
        raise EngineSettingInvalid(given.source("host"), rest, "127.0.0.1:11434")
    port = (
        given.number("port", int(port_text) if colon else default) if given.flag("port") else int(port_text or default)
    )
    if port > 65535:
        raise EngineSettingInvalid(
            "--port" if given.flag("port") else given.source("host"), str(port), str(DEFAULT_PORT)
        )
    return host.strip("[]") or "127.0.0.1", port


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach it; a name other than `localhost` is taken for a foreign one."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _key(file: str) -> str | None:
    """The first line, which is the key."""
    if not file:
        return None
    path = Path(file)
    try:
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise EngineKeyUnreadable(path, str(error)) from error
    if not key or "\n" in key:
        raise EngineKeyUnreadable(path, "not one line of text")
    return key


def _idle_timeout(given: _Given) -> float:
    seconds = given.seconds("idle_timeout", DEFAULT_IDLE_TIMEOUT_S)
    if seconds <= 0:
        raise EngineSettingInvalid("--idle-timeout", given.flag("idle_timeout"), f"{DEFAULT_IDLE_TIMEOUT_S}s")
    return seconds


def _stall(seconds: float) -> float | None:
    return seconds if seconds > 0 else None


def _flash(text: str) -> str:
    """A boolean of Ollama's: set but not understood counts as true."""
    if not text:
        return "auto"
    return "off" if text.lower() in ("0", "f", "false") else "on"
