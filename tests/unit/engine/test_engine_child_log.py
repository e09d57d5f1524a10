"""The child's log, with lines as llama.cpp writes them."""

from __future__ import annotations

import pytest

from arriero.core.errors import ArrieroError
from arriero.engine.errors import ArchitectureUnknown, LoadFailed, MemoryExhausted, ModelUnreadable
from arriero.engine.llama.logs import LINE_LIMIT, LINES_KEPT, ChildLog, MemoryUse

MIB = 1 << 20
CPU = [
    "0.00.560.187 I load_tensors:   CPU_Mapped model buffer size =    92.00 MiB",
    "0.00.571.000 I llama_context:        CPU  output buffer size =     0.50 MiB",
    "0.00.572.000 I llama_kv_cache:        CPU KV buffer size =    90.00 MiB",
    "0.00.573.000 I sched_reserve:        CPU compute buffer size =    18.00 MiB",
]
HALF = [
    "0.0 I load_tensors: offloaded 10/31 layers to GPU",
    "0.0 I load_tensors:   CPU_Mapped model buffer size =    100.00 MiB",
    "0.0 I load_tensors:        CUDA0 model buffer size =    50.00 MiB",
    "0.0 I llama_context:   CUDA_Host compute buffer size =    5.00 MiB",
]
END = "0.00.3 E srv          init: exiting due to model loading error"
PYTHON = "RuntimeError: Failed to init server, please check the input params."


def log(*lines: str) -> ChildLog:
    made = ChildLog()
    for line in lines:
        made.add(line)
    return made


@pytest.mark.parametrize(
    ("lines", "memory"),
    [
        ([], MemoryUse(0, 0)),
        (CPU, MemoryUse(int(200.5 * MIB), 0)),
        ([*CPU, CPU[2].replace("90", "45")], MemoryUse(int(155.5 * MIB), 0)),
        (HALF, MemoryUse(155 * MIB, 50 * MIB)),
        ([HALF[0].replace("10/", "31/"), *HALF[1:]], MemoryUse(50 * MIB, 50 * MIB)),
    ],
)
def test_memory(lines: list[str], memory: MemoryUse) -> None:
    assert log(*lines).memory == memory


@pytest.mark.parametrize(
    ("lines", "exit_text", "error"),
    [
        (
            ["0.1 E llama_model_load: error loading model: unknown model architecture: 'mamma'", END, PYTHON],
            "exit status 1",
            ArchitectureUnknown("mamma"),
        ),
        (
            ["0.00.1 E gguf_init_from_reader: invalid magic characters: 'hell', expected 'GGUF'", END, PYTHON],
            "exit status 1",
            ModelUnreadable("invalid magic characters: 'hell', expected 'GGUF'"),
        ),
        (
            ["0.1 E alloc_buffer: allocating 9 MiB on device 0: cudaMalloc failed: out of memory"],
            "exit status 1",
            MemoryExhausted("allocating 9 MiB on device 0: cudaMalloc failed: out of memory"),
        ),
        (CPU, "signal: killed", MemoryExhausted("signal: killed")),
        (CPU, "signal: aborted", LoadFailed("signal: aborted", "")),
    ],
)
def test_why_a_load_failed(lines: list[str], exit_text: str, error: ArrieroError) -> None:
    told = log(*lines).load_error(exit_text)
    assert (type(told), told.params()) == (type(error), error.params())


def test_it_keeps_no_more_than_it_may() -> None:
    made = log(*["x" * 10_000] * 1000)
    assert sum(map(len, made._lines)) == LINES_KEPT * LINE_LIMIT
