"""`docker compose` typed by hand in a fresh clone, on a real engine: what the seed says of it comes about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arriero.config.loading import load
from arriero.config.specs import GpuChoice
from arriero.core.paths import places
from arriero.runtime.docker.compose_files import observed_hash, service_hash
from arriero.stack.world import service_of
from arriero.store.store import Store
from docker_world import MODELS, SERVICES, Clone, clone, docker, models_folder


@pytest.fixture
def typed(standin_image: str, own_home: Path, tmp_path: Path, demo_gguf: Path) -> Iterator[Clone]:
    models_folder(own_home / ".ollama" / "models", demo_gguf, *MODELS.values())
    with clone(tmp_path / "clone", standin_image, real_names=True) as made:
        yield made


def declared_hash(typed: Clone, slot: str) -> str:
    """What the app would say the service is made with, by the same variables."""
    given = {name: value for name, value in typed.environ.items() if name.startswith("ARRIERO_")}
    configuration = load({"docker.gpu": GpuChoice.CPU.value}, given, places(typed.environ))
    spec = configuration.slot(slot)
    assert spec is not None
    variant = spec.variant()
    assert variant is not None
    return service_hash(service_of(configuration.settings, spec, variant), configuration.settings.docker)


def published(container: dict[str, Any]) -> dict[str, set[str]]:
    ports = container["NetworkSettings"]["Ports"]
    return {inside: {one["HostIp"] for one in bound} for inside, bound in ports.items() if bound}


def test_up_down_one_and_all_from_a_fresh_clone(typed: Clone, own_home: Path) -> None:
    typed.compose("up", "--detach", "--wait")
    up = typed.containers()
    assert {slot: one["Name"].lstrip("/") for slot, one in up.items()} == SERVICES
    assert {one["State"]["Health"]["Status"] for one in up.values()} == {"healthy"}
    assert all(published(one) == {"11434/tcp": {"127.0.0.1"}} for one in up.values())
    assert {one["HostConfig"]["RestartPolicy"]["Name"] for one in up.values()} == {"unless-stopped"}
    assert {slot: observed_hash(one) for slot, one in up.items()} == {slot: declared_hash(typed, slot) for slot in up}
    for slot, model in MODELS.items():
        question = {"model": model, "prompt": "Hi", "stream": False, "options": {"num_predict": 2}}
        assert typed.ask(slot, "/api/generate", question)["done"]

    said = typed.compose("down", SERVICES["qwen"], "--timeout", "1")
    assert "Resource is still in use" in said
    assert typed.containers().keys() == {"deepseek", "mistral"}

    typed.compose("stop", SERVICES["mistral"], "--timeout", "1")
    assert typed.containers()["mistral"]["State"]["Status"] == "exited"

    typed.compose("down", "--volumes", "--timeout", "1")
    assert typed.containers() == {}
    assert docker("volume", "ls", "--quiet", "--filter", f"name={typed.project}") == ""
    store = Store(own_home / ".ollama" / "models")
    assert {str(model.reference) for model in store.list()} == set(MODELS.values())
    assert store.problems() == []


def test_a_folder_of_models_that_is_not_there_is_told_by_docker(typed: Clone, tmp_path: Path) -> None:
    typed.environ["OLLAMA_MODELS"] = str(tmp_path / "nowhere")
    said = typed.compose("up", "--detach", SERVICES["qwen"], check=False)
    assert f"failed to mount local volume: mount {tmp_path / 'nowhere'}:" in said
    assert "no such file or directory" in said
    assert not (tmp_path / "nowhere").exists()
