"""What is asked of an engine, as its command line: the one place that knows the engine's options."""

from __future__ import annotations

import hashlib

from arriero.runtime.backend import ServiceSpec


def settings_hash(spec: ServiceSpec) -> str:
    """Of the engine's options: a change of any of them needs a restart. The model is loaded by request, it does not."""
    return hashlib.sha256("\0".join(engine_words(spec)).encode()).hexdigest()[:12]


def engine_words(spec: ServiceSpec) -> tuple[str, ...]:
    words = ["--slot", spec.slot, "--host", spec.host, "--port", str(spec.port)]
    words += ["--models", str(spec.models_dir.absolute())]
    words += ["--context", str(spec.context), "--kv-cache", spec.kv_cache, "--keep-alive", spec.keep_alive]
    words += ["--parallel", str(spec.parallel), "--max-queue", str(spec.max_queue)]
    words += ["--max-body-bytes", str(spec.max_body_bytes), "--threads", str(spec.threads)]
    words += [word for origin in spec.origins for word in ("--origin", origin)]
    if spec.speculation != "none":
        words += ["--speculation", spec.speculation]
    if spec.gpu:
        words += ["--gpu", spec.gpu]
    if spec.api_key_file:
        words += ["--api-key-file", str(spec.api_key_file.absolute())]
    return tuple(words)
