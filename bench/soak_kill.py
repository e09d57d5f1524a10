"""`activate`, `deactivate`, `down` and `up` killed with -9 at random moments: as
`python -m bench.soak_kill [KILLS [BACKEND]]`.

Fifty under each backend: the native one, and Docker where an engine answers, with the image that stands in for
Ollama's. A backend's turn ends with the first state that the next command does not find and mend, and all with 1.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from arriero.core.paths import PROJECT_ROOT
from bench.killing import Arena, Broken, kill_and_mend
from bench.rig import installation

sys.path.insert(0, str(PROJECT_ROOT / "tests"))
from docker_stack import docker_stack  # type: ignore[import-not-found]
from kill_arena import docker_arena, native_arena  # type: ignore[import-not-found]
from standin_image.build import ensure_image  # type: ignore[import-not-found]

KILLS = 50


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way out
    kills, seed = int(words[0]) if words else KILLS, random.randrange(1 << 32)
    kinds = words[1:] or ["native", "docker"]
    gguf = Path(os.environ.get("ARRIERO_DEMO_GGUF") or _installed())
    with tempfile.TemporaryDirectory(prefix="ark-") as name:
        folder = Path(name)
        broken = 0
        if "native" in kinds:
            with native_arena(folder / "native", gguf) as arena:
                broken += _soak("native", arena, kills, seed)
        if "docker" in kinds and _engine_answers():
            with docker_stack(folder / "docker", ensure_image(), gguf, ("qwen", "mistral")) as stack:
                broken += _soak("docker", docker_arena(stack), kills, seed)
    return int(broken > 0)


def _soak(kind: str, arena: Arena, kills: int, seed: int) -> int:
    print(f"\n{kind}: {kills} kills, seed {seed}")
    try:
        started = kill_and_mend(arena, kills, random.Random(seed), lambda line: print(line, flush=True))
    except Broken as found:
        print(f"BROKEN: {found}")
        return 1
    print(f"{kind}: {kills} of {started} commands killed, every state found and mended")
    return 0


def _installed() -> Path:
    """The demo model in the store that the benchmarks keep."""
    with installation() as here:
        return here.gguf


def _engine_answers() -> bool:
    answers = subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    if not answers:
        print("docker: no engine answers here, nothing was killed")
    return answers


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
