"""What llama.cpp itself says that it allocates for a model: its log, read from a child process.

`dry`: its own size-only mode (`no_alloc`), in which it sizes every buffer with the code that would allocate it, in half
a second and no memory; the process dies afterwards, as nothing is there to compute with. Else the model is loaded.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass

from arriero.core.paths import PROJECT_ROOT

_MIB = 1 << 20
_WEIGHTS = re.compile(r"CPU_Mapped model buffer size =\s*([\d.]+) MiB")
_CACHE = re.compile(r"llama_kv_cache: size =\s*([\d.]+) MiB")
_STATE = re.compile(r"llama_memory_recurrent: size =\s*([\d.]+) MiB")
_SIZED, _LOADED = "graph: nodes", "model loaded"
_LIMIT_S = 90
_COMPUTE = re.compile(r"compute buffer size =\s*([\d.]+) MiB")


@dataclass(frozen=True)
class Load:
    """One way of loading a model: `context` for each of `slots`."""

    path: str
    context: int
    kv_cache: str = "f16"
    ubatch: int = 512
    slots: int = 1
    dry: bool = True


@dataclass(frozen=True)
class Buffers:
    """Bytes. `weights` None in a dry run, which maps none. A recurrent model's state counts as its cache."""

    weights: int | None
    kv: int
    compute: int


def measure(load: Load) -> Buffers:
    """Raises RuntimeError with the log's end when llama.cpp refused the model, or was killed."""
    with tempfile.TemporaryDirectory(prefix="arf-") as folder:
        log = _log_of({**asdict(load), "socket": f"{folder}/llama.sock"}, _SIZED if load.dry else _LOADED)
    compute = _COMPUTE.findall(log)
    weights = _WEIGHTS.findall(log)
    kv = sum(float(size) for size in (*_CACHE.findall(log), *_STATE.findall(log)))
    return Buffers(
        weights=int(float(weights[-1]) * _MIB) if weights and not load.dry else None,
        kv=int(kv * _MIB),
        compute=sum(int(float(size) * _MIB) for size in compute),
    )


def _log_of(order: dict[str, object], last: str) -> str:
    """What the child says until `last`, with which all sizes are told; then it is killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.llama_buffers", json.dumps(order)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        limit = threading.Timer(_LIMIT_S, process.kill)
        limit.start()
        lines: list[str] = []
        try:
            for line in process.stdout or ():
                lines.append(line)
                if last in line:
                    return "".join(lines)
        finally:
            limit.cancel()
            process.kill()
    raise RuntimeError("".join(lines)[-2000:])


def _child(order: dict[str, object]) -> None:
    import xllamacpp

    libc = ctypes.CDLL(None)
    for fatal in (
        signal.SIGSEGV,
        signal.SIGABRT,
    ):  # a dry run ends so; its log is written by a thread that must live on
        libc.signal(fatal, libc.pause)
    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.hostnames = [order["socket"]]
    params.n_parallel = order["slots"]
    params.n_ctx = int(str(order["context"])) * int(str(order["slots"]))
    params.n_batch = params.n_ubatch = order["ubatch"]
    params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type[f"GGML_TYPE_{str(order['kv_cache']).upper()}"]
    params.fit_params, params.n_gpu_layers, params.warmup = False, 0, False
    params.verbosity, params.offline, params.ui = 4, True, False
    params.use_jinja, params.chat_template = False, "chatml"
    params.no_alloc = order["dry"]
    mode = "NONE" if order["dry"] else "MMAP"  # without data there is nothing to map
    params.load_mode = xllamacpp.llama_load_mode[f"LLAMA_LOAD_MODE_{mode}"]
    server = xllamacpp.Server(params)
    sys.stdin.read()  # until the parent has read the log, which is written late
    del server


if __name__ == "__main__":
    _child(json.loads(sys.argv[1]))


__all__ = ["Buffers", "Load", "measure"]
