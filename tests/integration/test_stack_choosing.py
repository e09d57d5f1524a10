"""Which backend is chosen, and the reason that is told: on this machine's own engine, with what it is said to lack."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config.loading import load
from arriero.core.paths import places
from arriero.runtime.docker.errors import EndpointScheme
from arriero.stack import choosing
from arriero.stack.world import World, open_world

Opens = Callable[..., World]


@pytest.fixture
def opens(tmp_path: Path) -> Opens:
    """A world with settings by dotted key, `__` for the dot, and variables of the shell."""

    def build(environ: dict[str, str] | None = None, **settings: str) -> World:
        flags = {name.replace("__", "."): value for name, value in settings.items()}
        flags["docker.project"] = os.environ["ARRIERO_DOCKER__PROJECT"]
        shell = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]} | (environ or {})
        return open_world(load(flags, {}, replace(places(), root=tmp_path)), environ=shell)

    return build


def told(world: World) -> tuple[str, str, list[str]]:
    return world.backend.kind, world.backend_reason.code, [other.kind for other in world.others]


def test_what_is_asked_for_is_taken(opens: Opens, needs_docker: None) -> None:
    assert told(opens(backend="native")) == ("native", "backend.asked", ["docker"])
    assert told(opens(backend="docker")) == ("docker", "backend.asked", ["native"])


def test_without_a_socket_nothing_is_asked_and_nothing_looked_for(opens: Opens, tmp_path: Path) -> None:
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"}
    assert told(opens(nowhere)) == ("native", "backend.no_engine", [])
    assert told(opens(nowhere, backend="docker")) == ("docker", "backend.asked", ["native"])


@pytest.mark.parametrize(
    ("environ", "settings", "reason"),
    [
        ({}, {"docker__gpu": "cpu", "docker__image": "nobody/has:this"}, "backend.no_image"),
        ({}, {"docker__gpu": "auto"}, "backend.no_card"),
        ({}, {"docker__gpu": "cpu", "engine__api_key_file": "key"}, "backend.needs_key"),
        ({"PATH": "/nowhere"}, {"docker__gpu": "cpu"}, "backend.no_compose"),
        ({"DOCKER_HOST": "ssh://elsewhere"}, {}, "backend.engine_unusable"),
        ({"DOCKER_HOST": "tcp://127.0.0.1:9"}, {"docker__gpu": "cpu"}, "backend.engine_unusable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_docker_lacks_is_the_reason(
    opens: Opens,
    needs_docker: None,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    settings: dict[str, str],
    reason: str,
) -> None:
    monkeypatch.setattr(choosing, "driver_loaded", lambda: False)  # also where the tests run beside a card
    assert told(opens(environ, **settings))[:2] == ("native", reason)


def test_docker_is_taken_where_nothing_is_lacking(opens: Opens, standin_image: str) -> None:
    world = opens(docker__gpu="cpu", docker__image=standin_image)
    assert told(world) == ("docker", "backend.docker_able", ["native"])


def test_a_card_that_no_container_can_have_is_told_or_done_without(
    opens: Opens, standin_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "driver_loaded", lambda: True)
    assert told(opens(docker__image=standin_image))[:2] == ("native", "backend.no_gpu_runtime")
    asked = opens(backend="docker", docker__image=standin_image)
    assert asked.backend.project.cpu is True  # type: ignore[attr-defined] # and told at each start


def test_an_address_that_makes_no_sense_is_refused_where_docker_is_asked_for(opens: Opens) -> None:
    with pytest.raises(EndpointScheme):
        opens({"DOCKER_HOST": "ssh://elsewhere"}, backend="docker")
