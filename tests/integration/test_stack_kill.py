"""Commands killed with SIGKILL: a few here, fifty under each backend in `make soak`."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.killing import COMMANDS, Arena, check

from docker_stack import docker_stack
from kill_arena import docker_arena, native_arena

MOMENTS_S = (0.6, 1.6)
"""In the middle of a plan, on an idle machine and on a loaded one; whatever is hit, it has to be mended."""


@pytest.fixture
def native(demo_gguf: Path) -> Iterator[Arena]:
    with tempfile.TemporaryDirectory(prefix="ark-") as name, native_arena(Path(name) / "n", demo_gguf) as arena:
        yield arena


@pytest.fixture
def docker(tmp_path: Path, standin_image: str, demo_gguf: Path) -> Iterator[Arena]:
    with docker_stack(tmp_path / "kill", standin_image, demo_gguf, ("qwen", "mistral")) as stack:
        yield docker_arena(stack)


@pytest.mark.parametrize("kind", ["native", "docker"])
def test_what_a_killed_command_leaves_is_found_and_mended(kind: str, request: pytest.FixtureRequest) -> None:
    arena: Arena = request.getfixturevalue(kind)
    arena.run("activate", "qwen")
    dice = random.Random(kind)
    for after_s in MOMENTS_S:
        arena.kill(dice.choice(COMMANDS), after_s)
        check(arena)
