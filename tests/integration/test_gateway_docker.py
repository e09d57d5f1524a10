"""The gateway in front of containers: models that take turns, keys before them, one that vanishes while it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import openai
import pytest

from arriero.core.files import command_lock
from docker_stack import DockerStack, docker_stack
from docker_world import MODELS, docker
from gateway_world import RealGateway, gateway_over, switched_on

LIMIT_S = 180.0
ASK = [{"role": "user", "content": "Say hello."}]
pytestmark = pytest.mark.timeout(600)  # containers are made and loaded, one after another


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, standin_image: str, demo_gguf: Path) -> Iterator[DockerStack]:
    with docker_stack(tmp_path_factory.mktemp("gateway"), standin_image, demo_gguf, (*MODELS,)) as made:
        yield made


@pytest.fixture(scope="module")
def gateway(stack: DockerStack) -> Iterator[RealGateway]:
    """Running, with nothing active. It asks for keys on this machine too."""
    settings = {"keys": "always", "wait_s": str(int(LIMIT_S)), "patience_s": "0"}
    with switched_on(lambda run: gateway_over(stack, run, **settings)) as made:
        yield made


@pytest.fixture(scope="module")
def client(gateway: RealGateway) -> openai.OpenAI:
    key = json.loads(gateway.arriero("keys", "add", "editor", "--slots", "qwen,mistral", "--json").stdout)["data"][
        "key"
    ]
    return openai.OpenAI(base_url=gateway.url + "/v1", api_key=key, max_retries=0, timeout=LIMIT_S)


def test_models_in_containers_take_turns(gateway: RealGateway, client: openai.OpenAI, stack: DockerStack) -> None:
    for slot in ("qwen", "mistral", "mistral", "qwen"):
        told = client.chat.completions.create(model=slot, messages=ASK, max_tokens=3)  # type: ignore[call-overload]
        assert told.model == MODELS[slot]
        assert [*stack.clone.containers()] == [slot]
    assert gateway.loads == ["qwen", "mistral", "qwen"]
    assert "stop mistral (yields to=qwen), start qwen (asked)" in gateway.log


def test_a_key_stands_before_the_containers(gateway: RealGateway, client: openai.OpenAI, stack: DockerStack) -> None:
    """Which have none of their own, and are on this machine alone."""
    body = {"model": "qwen", "messages": ASK, "max_tokens": 1}
    for headers in ({}, {"Authorization": "Bearer arr-wrong"}):
        assert httpx.post(gateway.url + "/v1/chat/completions", json=body, headers=headers).status_code == 401
    with pytest.raises(openai.PermissionDeniedError, match="this key is not for deepseek"):
        client.chat.completions.create(model="deepseek", messages=ASK)  # type: ignore[call-overload]
    seen = json.loads(gateway.arriero("gateway", "status", "--json").stdout)["data"]
    assert (seen["state"], seen["answers"], seen["flying"]) == ("on", True, None)
    published = stack.clone.containers()["qwen"]["HostConfig"]["PortBindings"].values()
    assert {binding["HostIp"] for bindings in published for binding in bindings} == {"127.0.0.1"}


def test_a_stream_hears_that_its_container_is_loading(gateway: RealGateway, client: openai.OpenAI) -> None:
    """Another command is at work until it has heard so: a container may be there within a second."""
    headers = {"x-api-key": client.api_key}
    body = {"model": "mistral", "messages": ASK, "max_tokens": 3, "stream": True}
    url, held = gateway.url + "/v1/chat/completions", ExitStack()
    held.enter_context(command_lock(gateway.folder / "state/command.lock", "other", "now"))
    with held, httpx.stream("POST", url, json=body, headers=headers, timeout=LIMIT_S) as answer:
        lines = answer.iter_lines()
        assert re.fullmatch(r": (loading|waiting for) mistral, \d+ s", next(lines))
        held.close()
        assert [line for line in lines if line][-1] == "data: [DONE]"


def test_a_container_that_is_removed_while_it_answers(
    gateway: RealGateway, client: openai.OpenAI, stack: DockerStack
) -> None:
    """Its client is told; the next request has it made anew."""
    before = gateway.loads
    answer = client.completions.create(model="mistral", prompt="1, 2, 3, 4,", max_tokens=1800, stream=True)
    assert next(answer).choices
    docker("rm", "--force", stack.clone.names["mistral"])
    with pytest.raises(openai.APIError, match="mistral broke off in the midst of its answer"):
        list(answer)
    told = client.completions.create(model="mistral", prompt="1, 2, 3, 4,", max_tokens=3)
    assert told.model == MODELS["mistral"]
    assert gateway.loads == [*before, "mistral"]
