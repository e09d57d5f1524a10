"""Containers and their engine while the app is open: what is done to them in another terminal is told by events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arriero.core.progress import silent
from arriero.stack.activate import activate
from arriero.stack.down import down
from arriero.stack.watching import watch
from docker_stack import DockerStack, docker_stack
from docker_world import docker
from tui_driver import sitting


@pytest.fixture(autouse=True)
def only_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look of its own now and then: what is not told by an event would never show."""
    monkeypatch.setattr(watch, "__defaults__", (3600.0,))


@pytest.fixture
async def stack(tmp_path: Path, standin_image: str, demo_gguf: Path) -> AsyncIterator[DockerStack]:
    """`qwen` is active, in a container."""
    with docker_stack(tmp_path / "here", standin_image, demo_gguf) as made:
        await activate(made.world, "qwen", silent)
        yield made
        assert (await down(made.world, silent)).failures == ()


async def test_a_container_removed_and_one_killed_elsewhere(stack: DockerStack) -> None:
    name = stack.clone.names["qwen"]
    async with sitting(lambda: stack.world) as person:
        await person.until_sees("● qwen", "docker")
        await asyncio.to_thread(docker, "rm", "--force", name)
        await person.until_sees("○ qwen", "▲ qwen: debería estar activo y no está")
        await person.press("a")
        await person.until_sees("arrancar qwen")
        await person.press("enter")
        await person.until_sees("responde en")
        await person.press("escape")
        await person.until_sees("● qwen")
        await person.until_not("▲ qwen")
        await asyncio.to_thread(docker, "kill", name)
        await person.until_sees("○ qwen", "▲ qwen: debería estar activo y alguien lo ha parado")
        await asyncio.to_thread(docker, "start", name)
        await person.until_sees("● qwen")
        await person.until_not("▲ qwen")
