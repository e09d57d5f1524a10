"""The child's log: the last lines, bounded; the memory it reports; and why it failed, as one of the engine's errors.

Source of the patterns: llama.cpp's own log lines, and Ollama 0.33 llm/llama_server.go for which of them count.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from arriero.core.errors import ArrieroError
from arriero.engine.errors import ArchitectureUnknown, LoadFailed, MemoryExhausted, ModelUnreadable

LINES_KEPT = 200
LINE_LIMIT = 500
_BUFFER = re.compile(r"(\w+):\s+(\S+)\s+(model|KV|compute|output|RS)\s+buffer size\s*=\s*([\d.]+)\s*MiB")
_LAYERS = re.compile(r"offloaded\s+(\d+)/(\d+)\s+layers to GPU")
_ERROR = re.compile(r"^[\d.]+ E |\berror\b|failed to|Error:|terminate called|what\(\)", re.IGNORECASE)
_PREFIX = re.compile(r"^[\d.]+ [A-Z] +(?:\w+ +)?[\w():~ ]*?: ")
_MEMORY = re.compile(
    r"out of memory|cannot allocate|failed to allocate|unable to allocate|bad_alloc|cudaMalloc failed|alloc_buffer",
    re.I,
)
_ARCHITECTURE = re.compile(r"unknown model architecture: '([^']*)'")
_BROKEN = re.compile(
    r"corrupted or incomplete|not within the file bounds|invalid magic|failed to read|unexpectedly reached end"
    r"|gguf_init_from|duplicate|wrong (?:number|shape)|missing tensor|check_tensor_dims|key not found|done_getting",
    re.I,
)


@dataclass(frozen=True)
class MemoryUse:
    """Bytes that the child says it holds: in all, and of these on a GPU."""

    total_bytes: int
    vram_bytes: int


class ChildLog:
    """Takes the log as it comes. Bounded: LINES_KEPT lines of LINE_LIMIT characters."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._buffers: dict[tuple[str, str, str], int] = {}
        self._layers: tuple[int, int] | None = None

    def add(self, line: str) -> None:
        line = line[:LINE_LIMIT]
        self._lines.append(line)
        if "buffer size" in line and (found := _BUFFER.search(line)):
            component, backend, kind, mib = found.groups()
            self._buffers[component, backend, kind] = int(float(mib) * (1 << 20))
        elif "offloaded" in line and (found := _LAYERS.search(line)):
            self._layers = int(found[1]), int(found[2])

    @property
    def memory(self) -> MemoryUse:
        """The last size told of each buffer; a model that is wholly on the GPU counts there only, as in Ollama."""
        total = sum(self._buffers.values())
        vram = sum(size for (_, backend, _), size in self._buffers.items() if _on_gpu(backend))
        whole = self._layers is not None and self._layers[0] >= self._layers[1]
        return MemoryUse(vram if whole else total, vram)

    def last_error(self) -> str:
        """The last line that tells of an error, without its prefix; empty when there is none."""
        lines = (line for line in reversed(self._lines) if _ERROR.search(line))
        worth = next((line for line in lines if not _says_nothing(line)), "")
        return _PREFIX.sub("", worth).strip()

    def load_error(self, exit_text: str) -> ArrieroError:
        """Why the child ended while it loaded."""
        text = "\n".join(self._lines)
        detail = self.last_error()
        if found := _ARCHITECTURE.search(text):
            return ArchitectureUnknown(found[1])
        if exit_text == "signal: killed" or _MEMORY.search(text):
            return MemoryExhausted(detail or exit_text)
        if _BROKEN.search(text):
            return ModelUnreadable(detail)
        return LoadFailed(exit_text, detail)


def _says_nothing(line: str) -> bool:
    """What every failed start ends with."""
    return any(end in line for end in ("exiting due to", "Failed to init server", "failed to load model"))


def _on_gpu(backend: str) -> bool:
    return not (backend in {"CPU", "BLAS"} or backend.startswith("CPU_") or backend.endswith("_Host"))
