"""What a backend is told of a slot, for the tests of backends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from arriero.runtime.backend import ServiceSpec

SERVICE = ServiceSpec(
    slot="qwen",
    name="ollama-qwen",
    host="127.0.0.1",
    port=11434,
    models_dir=Path("/models"),
    model="qwen2.5-coder:7b",
    context=16384,
    kv_cache="q8_0",
    keep_alive="30m",
    parallel=2,
    max_queue=64,
    max_body_bytes=1_000_000,
)


def small_service(folder: Path, port: int, model: str, changes: Mapping[str, object]) -> ServiceSpec:
    """One that a test really runs: its models in `folder`, on a port of its own."""
    small = {"port": port, "models_dir": folder, "model": model, "context": 4096, "kv_cache": "f16"}
    return replace(SERVICE, **{**small, "parallel": 1, "max_queue": 8, **changes})  # type: ignore[arg-type]
