"""The commands with the real engine and the real demo model: from a GGUF file to answers and back to nothing."""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from arriero.config.loading import load
from arriero.core import paths
from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.stack.world import open_world
from arriero.store import Store, media

Arriero = Callable[..., Any]


@pytest.fixture
def demo(arriero: Arriero, demo_gguf: Path, free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The demo slot on a port of its own, its model made brief; what a test leaves running is ended."""
    monkeypatch.setenv("ARRIERO_SLOTS__DEMO__PORT", str(free_port))
    imported = arriero("import", str(demo_gguf), "demo", "-q")
    assert imported.code == 0, imported.err
    make_brief(Store(Path(os.environ["OLLAMA_MODELS"])))
    yield free_port
    assert arriero("down", "-q").code == 0


def make_brief(store: Store) -> None:
    """Gives the model a parameter that ends its answers: so small a model may go on for minutes."""
    model = store.get(Reference.parse("smollm2:135m-instruct-q4_1"))
    params = store.add_bytes(b'{"num_predict":24,"stop":["<|im_end|>"]}', media.PARAMS)
    kept = [layer for layer in model.layers if layer.media_type != media.PARAMS]
    store.write_manifest(model.reference, model.config_layer, [*kept, params])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_working_day(arriero: Arriero, demo: int) -> None:
    activated = arriero("activar", "demo")
    assert activated.code == 0, activated.err
    url = f"http://127.0.0.1:{demo}/v1"
    assert activated.out.startswith(f"● activo  demo  smollm2:135m-instruct-q4_1 responde en {url}\n")
    assert "demo: arrancando el motor\n" in activated.err

    (model,) = [m for m in json.loads(arriero("status", "--json").out)["data"]["models"] if m["id"] == "demo"]
    assert (model["state"], model["port"], model["url"], model["processor"]) == ("active", demo, url, "cpu")
    assert (model["context"], model["drift"], model["installed"]) == (4096, [], True)
    assert f"demo      ● activo    {url}" in arriero("estado").out

    assert "listening on" in arriero("registros", "demo", "-n", "200").out
    lines = json.loads(arriero("logs", "demo", "-n", "2", "--json").out)["data"]["lines"]
    assert len(lines) == 2

    refused = arriero("remove", "demo")
    assert (refused.code, "./main.sh desactivar demo" in refused.err) == (6, True)

    stopped = arriero("desactivar", "demo")
    assert stopped.code == 0, stopped.err
    assert stopped.out.startswith("○ inactivo  demo\ndemo: parado en ")
    assert not answers(demo)

    assert arriero("up").out == "No había nada que hacer.\n"
    assert arriero("borrar", "demo").out.startswith("Borrado: smollm2:135m-instruct-q4_1. Se han liberado 98,4 MB.")
    (line,) = [line for line in arriero("models").out.splitlines() if "smollm2:135m-instruct-q4_1" in line]
    assert "no instalado" in line


def test_down_and_up(arriero: Arriero, demo: int) -> None:
    assert arriero("activate", "demo", "-q").code == 0
    assert json.loads(arriero("down", "--json", "-q").out)["data"]["stopped"][0]["port_free"] is True
    assert not answers(demo)
    assert "● activo  demo" in arriero("encender").out
    assert answers(demo)


def test_apply_shows_what_it_would_do_and_does_it_only_if_told_to(arriero: Arriero, demo: int) -> None:
    assert arriero("activate", "demo", "-q").code == 0
    assert arriero("aplicar", sitting=True).out == "No había nada que hacer.\n"
    world = open_world(load({}, os.environ, paths.places(os.environ)))
    asyncio.run(world.backend.stop("demo", demo, silent))

    step = "arrancar demo: smollm2:135m-instruct-q4_1 (debería estar activo y no está)"
    planned = f"Se haría, en este orden:\n  1. {step}\n"
    asked = arriero("aplicar", typed="\n", sitting=True)
    assert (asked.code, asked.out, asked.err) == (0, planned + "No se ha cambiado nada.\n", "¿Lo hago? [s/N] ")
    assert (arriero("apply", "--dry-run").out, answers(demo)) == (planned, False)
    done = arriero("aplicar", typed="sí\n", sitting=True)
    assert done.out.startswith(f"{planned}● activo  demo")
    assert answers(demo)


def test_talking(arriero: Arriero, demo: int) -> None:
    assert arriero("activate", "demo", "-q").code == 0

    asked = arriero("chat", "demo", "Say", "hello.")
    assert asked.code == 0
    assert len(asked.out.strip()) > 3
    assert "tokens/s, primer token en " in asked.err

    quiet = arriero("chat", "demo", "--json", "--quiet", typed="Say hello.")
    told = json.loads(quiet.out)["data"]
    assert quiet.err == ""
    assert (told["slot"], told["model"]) == ("demo", "smollm2:135m-instruct-q4_1")
    assert told["answer"]
    assert told["tokens"] > 0
    assert told["ttft_s"] > 0

    talked = arriero("chat", "demo", typed="My name is Ana.\n\nSay my name.\n", sitting=True)
    assert talked.code == 0
    said = talked.err
    assert said.startswith("Hablas con demo (smollm2:135m-instruct-q4_1). Ctrl-D para terminar.\n> ")
    assert said.count("tokens/s") == 2
    assert said.count("> ") == 4


def test_the_demo_says_what_an_editor_needs(arriero: Arriero, demo: int) -> None:
    run = arriero("demo", "--json")
    assert run.code == 0, run.err
    data = json.loads(run.out)["data"]
    assert list(data) == ["answer", "tokens_per_s", "ttft_s", "url", "model", "api_key"]
    assert data["answer"]
    assert data["tokens_per_s"] > 0
    assert (data["url"], data["model"], data["api_key"]) == (
        f"http://127.0.0.1:{demo}/v1",
        "smollm2:135m-instruct-q4_1",
        "ollama",
    )
    shown = arriero("demo", "--quiet")
    assert shown.err == ""
    assert shown.out.splitlines()[-4:] == [
        "Para tu editor:",
        f"  URL base  http://127.0.0.1:{demo}/v1",
        "  Modelo    smollm2:135m-instruct-q4_1",
        "  Clave     ollama",
    ]


def test_a_port_that_someone_else_holds(arriero: Arriero, demo: int) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", demo))
        squatter.listen()
        run = arriero("activate", "demo")
        assert (run.code, str(demo) in run.err) == (3, True)
        assert f"Puerto {demo}: lo ocupa " in arriero("status").out
