"""The process that speaks with NVML: `python -m arriero.hardware.nvml_child GPU SIMULATION RUN_DIR`.

Each line on its standard input is a question, each line it writes the answer: a GpuSnapshot as JSON. It ends with its
input. A process of its own because a driver in trouble may keep a thread in the kernel for ever: that thread could not
be ended, and neither could the command that it belongs to.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from arriero.config.simulation import parse_simulation
from arriero.hardware.reading import read
from arriero.hardware.simulated import SimulatedNvml


def main(wanted: str, simulation: str, run_dir: str) -> None:
    nvml = _nvml(simulation, run_dir)
    for _ in sys.stdin:
        snapshot = read(nvml, wanted, simulated=bool(simulation))
        print(json.dumps(asdict(snapshot)), flush=True)  # noqa: T201


def _nvml(simulation: str, run_dir: str) -> Any:
    if simulation:
        return SimulatedNvml(parse_simulation(simulation), run_dir)
    import pynvml

    return pynvml


if __name__ == "__main__":
    main(*sys.argv[1:])
