"""How many threads compute, and how long they spin while they wait for each other.

llama.cpp's threads meet at a barrier several hundred times per token. Spinning there is fastest while every thread has
a processor of its own; when another program runs on one, the others burn their time slices waiting for the thread that
was put aside. Sleeping costs a system call each time. The wheels of xllamacpp wait in GNU's OpenMP runtime, whose
GOMP_SPINCOUNT bounds the spinning. Measured with SmolLM2-135M Q4_1, two processors, tokens per second:

    GOMP_SPINCOUNT     quiet machine     two busy loops beside it
    default            91                below 1 (24 tokens not done in 30 s)
    20000              93                7 .. 35
    1000               92                34 .. 39
    0 (= passive)      52 .. 68          52
    one thread         58                40

So: as many threads as the machine gives, and a spin of 1000. `GOMP_SPINCOUNT` and `OMP_WAIT_POLICY` in the
environment win. Builds without OpenMP have a spin of their own, `poll`, in far coarser steps; they get its smallest.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path

SPIN_COUNT = 1000
POLL = 1
_TOPOLOGY = Path("/sys/devices/system/cpu")
_CGROUP = Path("/sys/fs/cgroup")


def thread_count(processors: set[int], siblings: Mapping[int, str], quota: float | None) -> int:
    """One thread for each physical core among `processors`, no more than the quota of processor time allows.

    `siblings` maps a processor to its core's name (any text that all its hardware threads share); one that is not
    in there is taken for a core of its own. A second hardware thread of a core adds nothing to this arithmetic.
    """
    cores = len({siblings.get(number, str(number)) for number in processors})
    allowed = cores if quota is None else min(cores, math.ceil(quota))
    return max(allowed, 1)


def machine_threads() -> int:
    """`thread_count` of this machine, for this process."""
    processors = os.sched_getaffinity(0)
    return thread_count(processors, _siblings(processors), _quota())


def waiting_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the child's environment needs on top of `environ`."""
    if "GOMP_SPINCOUNT" in environ or "OMP_WAIT_POLICY" in environ:
        return {}
    return {"GOMP_SPINCOUNT": str(SPIN_COUNT)}


def _siblings(processors: set[int]) -> dict[int, str]:
    found = {}
    for number in processors:
        try:
            found[number] = (_TOPOLOGY / f"cpu{number}" / "topology" / "thread_siblings_list").read_text().strip()
        except OSError:
            continue  # not told here (some containers): each counts as a core
    return found


def _quota() -> float | None:
    """Processors' worth of time that the cgroup (v2) allows, None without a limit or without cgroups."""
    try:
        limit, period = (_CGROUP / "cpu.max").read_text().split()
    except (OSError, ValueError):
        return None
    return None if limit == "max" else int(limit) / int(period)
