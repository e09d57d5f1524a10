"""The child process: llama.cpp's server behind one private socket. `python -m arriero.engine.llama.child`.

Standard input brings one line of JSON {"socket", "parent_pid", "launch"} and then stays open for as long as the front
lives; standard output carries one line, `ready`; standard error is llama.cpp's log.

Invariant: it never outlives its front. The kernel kills it when the front dies, however that dies; it ends by itself
when the pipe closes; and if the front died before the kernel was told, it sees a strange parent and ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any

from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.llama.threads import POLL, machine_threads

CPU_BATCH = 32
"""Prompt tokens between two looks for a client that hung up: 5 % slower than 512 on a CPU, 16 times quicker to stop."""
GPU_BATCH = 512
"""Ollama's own."""
FIT_MARGIN_MIB = 200
"""Device memory that is left free when layers are placed: llama.cpp's own 1,024 would push layers off an 8 GB card."""
READY = "ready\n"
_PR_SET_PDEATHSIG = 1
_LOG_LOADING = 4  # the level at which llama.cpp tells the sizes of its buffers


def main() -> int:
    order = json.loads(sys.stdin.readline())
    _die_with(order["parent_pid"])
    control = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever prints, prints to the log
    server = _serve(LaunchSpec(**order["launch"]), order["socket"])
    control.write(READY)
    control.flush()
    sys.stdin.read()  # until the front is gone
    del server
    os._exit(0)


def _die_with(parent_pid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent_pid:
        os._exit(1)


def _serve(spec: LaunchSpec, socket_path: str) -> Any:
    """Loads the model and listens; returns once it answers. Raises RuntimeError, its reason is in the log."""
    import xllamacpp

    on_gpu = spec.gpu_layers != 0 and any("CPU" not in device["name"] for device in xllamacpp.get_device_info())
    params = xllamacpp.CommonParams()
    params.hostnames = [socket_path]
    _model(params, spec, on_gpu, xllamacpp)
    _context(params, spec, on_gpu, xllamacpp)
    _server(params, spec)
    return xllamacpp.Server(params)


def _model(params: Any, spec: LaunchSpec, on_gpu: bool, llama: Any) -> None:
    params.model.path = spec.model_path
    params.n_gpu_layers = spec.gpu_layers
    params.fit_params = on_gpu  # it measures what fits on a device; without one it only takes time (0.3 s)
    margin_mib = FIT_MARGIN_MIB if spec.fit_margin_mib is None else spec.fit_margin_mib
    params.fit_params_target = [margin_mib << 20] * len(params.fit_params_target)
    if spec.main_gpu is not None:
        params.split_mode = llama.llama_split_mode.LLAMA_SPLIT_MODE_NONE
        params.main_gpu = spec.main_gpu
    if spec.use_mmap is False:
        params.load_mode = llama.llama_load_mode.LLAMA_LOAD_MODE_NONE


def _context(params: Any, spec: LaunchSpec, on_gpu: bool, llama: Any) -> None:
    params.n_ctx = spec.context * spec.parallel
    params.n_parallel = spec.parallel
    params.n_batch = params.n_ubatch = _batch(spec, on_gpu)
    params.ctx_shift = spec.context_shift
    params.cache_type_k = params.cache_type_v = llama.ggml_type[f"GGML_TYPE_{spec.kv_cache.upper()}"]
    attention = {"auto": "AUTO", "on": "ENABLED", "off": "DISABLED"}[spec.flash_attention]
    params.flash_attn_type = llama.llama_flash_attn_type[f"LLAMA_FLASH_ATTN_TYPE_{attention}"]
    params.embedding = spec.embedding
    if spec.speculation:
        name = spec.speculation.replace("-", "_").upper()
        params.speculative.types = [llama.common_speculative_type[f"COMMON_SPECULATIVE_TYPE_{name}"]]
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = spec.threads or machine_threads()
        threads.poll = POLL


def _batch(spec: LaunchSpec, on_gpu: bool) -> int:
    """An embedding model takes each input in one batch, so that its batch is its context."""
    if spec.embedding:
        return spec.batch or min(2048, spec.context)
    return spec.batch or (GPU_BATCH if on_gpu else CPU_BATCH)


def _server(params: Any, spec: LaunchSpec) -> None:
    params.ui = False
    params.offline = True
    params.verbosity = _LOG_LOADING
    params.use_jinja = spec.jinja
    if not spec.jinja:
        params.chat_template = "chatml"  # never used: prompts come rendered; spares reading the GGUF's template
    params.cache_ram_mib = spec.cache_ram_mib or _prompt_cache_mib()


def _prompt_cache_mib() -> int:
    """llama.cpp keeps old prompts in memory, up to 8 GiB by default: too much for a machine of 8 or 16."""
    total_mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return min(8192, total_mib // 16)


if __name__ == "__main__":
    sys.exit(main())
