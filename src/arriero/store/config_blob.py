"""The config blob of a model: what Ollama shows as its details. Pure: bytes to values and back.

Fact (Ollama 0.33, types/model/config.go and server/create.go): Go struct order, empty optional fields left out,
architecture and os last, no rootfs; recorded for the demo model it has 152 bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from arriero.core import go_json
from arriero.store.manifest import Malformed


@dataclass(frozen=True)
class ModelConfig:
    """`parameter_size` and `quantization` are Ollama's spellings (134.52M, Q4_1). `raw` is the blob as read."""

    format: str = ""
    family: str = ""
    families: tuple[str, ...] = ()
    parameter_size: str = ""
    quantization: str = ""
    renderer: str = ""
    parser: str = ""
    requires: str = ""
    remote_host: str = ""
    remote_model: str = ""
    capabilities: tuple[str, ...] = ()
    context_length: int = 0
    embedding_length: int = 0
    base_name: str = ""
    raw: dict[str, Any] = field(default_factory=dict, compare=False)


def parse(data: bytes) -> ModelConfig:
    """Raises ValueError when the bytes are not a config."""
    raw = json.loads(data)
    if not isinstance(raw, dict):
        raise Malformed("not an object")
    return ModelConfig(
        format=_text(raw, "model_format"),
        family=_text(raw, "model_family"),
        families=_texts(raw, "model_families"),
        parameter_size=_text(raw, "model_type"),
        quantization=_text(raw, "file_type"),
        renderer=_text(raw, "renderer"),
        parser=_text(raw, "parser"),
        requires=_text(raw, "requires"),
        remote_host=_text(raw, "remote_host"),
        remote_model=_text(raw, "remote_model"),
        capabilities=_texts(raw, "capabilities"),
        context_length=_count(raw, "context_length"),
        embedding_length=_count(raw, "embedding_length"),
        base_name=_text(raw, "base_name"),
        raw=raw,
    )


def render(config: ModelConfig) -> bytes:
    """The blob's bytes as `ollama create` writes them; a `draft` in `raw` is kept, as Ollama keeps it."""
    optional: dict[str, object] = {
        "renderer": config.renderer,
        "parser": config.parser,
        "requires": config.requires,
        "remote_host": config.remote_host,
        "remote_model": config.remote_model,
        "capabilities": list(config.capabilities),
        "context_length": config.context_length,
        "embedding_length": config.embedding_length,
        "base_name": config.base_name,
        "draft": config.raw.get("draft"),
    }
    fields: dict[str, object] = {
        "model_format": config.format,
        "model_family": config.family,
        "model_families": list(config.families) or None,
        "model_type": config.parameter_size,
        "file_type": config.quantization,
        **{key: value for key, value in optional.items() if value},
        "architecture": "amd64",
        "os": "linux",
    }
    return go_json.encode(fields, sort_keys=False)


def _text(raw: dict[str, Any], key: str) -> str:
    value = _given(raw, key, "")
    if not isinstance(value, str):
        raise Malformed(f"{key} is not text")
    return value


def _texts(raw: dict[str, Any], key: str) -> tuple[str, ...]:
    value = _given(raw, key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Malformed(f"{key} is not a list of texts")
    return tuple(value)


def _count(raw: dict[str, Any], key: str) -> int:
    value = _given(raw, key, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"{key} is not a whole number")
    return value


def _given(raw: dict[str, Any], key: str, absent: object) -> object:
    """Go leaves a field at its zero value when the key is missing or null."""
    value = raw.get(key)
    return absent if value is None else value
