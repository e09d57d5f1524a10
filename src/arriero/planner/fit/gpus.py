"""Cards that are known by name: what of their memory a program sees, and how fast they are.

Sources: makers' data sheets for the bandwidth. `visible_bytes`: 7,977 of 8,192 MiB is what CUDA logs tell of 8 GB
cards; of the others the same share. `prompt_flops`: what published runs of llama.cpp reached with prompts of 512 to
2,048 tokens (RTX 2080 Ti: geerlingguy/ai-benchmarks #46; RTX 3080: dmatora's LLM speed benchmarks #12); of the other
Turing cards in proportion to their multiprocessors. docs/explanation/fit.md has the figures they were held against.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from arriero.core.ids import nearest
from arriero.planner.fit.errors import GpuUnknown

MIB = 1 << 20


@dataclass(frozen=True)
class GpuFigures:
    """`prompt_flops` None: nobody has published a run from which it follows."""

    name: str
    visible_bytes: int
    bytes_per_s: float
    prompt_flops: float | None


_TABLE = (
    GpuFigures("GeForce RTX 2070", 7977 * MIB, 448e9, 20.1e12),
    GpuFigures("GeForce RTX 2070 SUPER", 7977 * MIB, 448e9, 22.3e12),
    GpuFigures("GeForce RTX 2080", 7977 * MIB, 448e9, 25.6e12),
    GpuFigures("GeForce RTX 2080 SUPER", 7977 * MIB, 496e9, 26.8e12),
    GpuFigures("GeForce RTX 2080 Ti", 10968 * MIB, 616e9, 37.9e12),
    GpuFigures("GeForce RTX 3080", 9971 * MIB, 760e9, 61e12),
    GpuFigures("GeForce RTX 4060 Laptop GPU", 7977 * MIB, 256e9, None),
)


def find_gpu(name: str) -> GpuFigures | None:
    """By its name as NVML or a person writes it: with or without `NVIDIA` and `GeForce`."""
    wanted = _plain(name)
    return next((gpu for gpu in _TABLE if _plain(gpu.name) == wanted), None)


def require_gpu(name: str) -> GpuFigures:
    """Raises GpuUnknown with the nearest name."""
    found = find_gpu(name)
    if found is None:
        known = tuple(gpu.name.removeprefix("GeForce ") for gpu in _TABLE)
        raise GpuUnknown(name, nearest(name.upper(), list(known)), known)
    return found


def _plain(name: str) -> str:
    return re.sub(r"nvidia|geforce|laptopgpu|[^a-z0-9]", "", re.sub(r"\s", "", name.lower())) + (
        "-laptop" if "laptop" in name.lower() else ""
    )
