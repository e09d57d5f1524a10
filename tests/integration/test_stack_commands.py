"""The commands about versions and files as they are typed, against a real registry, with a model of a few kilobytes."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from registry_server import stock_registry
from version_world import Publisher, make_world

from arriero.cli import main
from arriero.core import paths
from arriero.core.progress import Progress
from arriero.stack.pull import pull
from tiny_gguf import tiny_gguf

Arriero = Callable[..., tuple[int, str, str]]
TAGS = iter(f"c{number}" for number in range(1000))


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    folder = tmp_path_factory.mktemp("published")
    (folder / "tiny.gguf").write_bytes(tiny_gguf())
    with stock_registry(folder) as host:
        yield Publisher.make(host, folder / "models", folder / "tiny.gguf")


@pytest.fixture
def tag() -> str:
    return next(TAGS)


@pytest.fixture
def arriero(publisher: Publisher, tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arriero:
    """Runs one command line in a project whose slot `tiny` has its model in the registry."""
    make_world(tmp_path / "project", publisher.reference(tag))
    monkeypatch.setattr(paths, "PROJECT_ROOT", tmp_path / "project")
    asyncio.run(publisher.publish(tag))

    def run(*argv: str) -> tuple[int, str, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        code = main(argv)
        told, narrated = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
        return code, told, narrated

    return run


def test_a_life_of_versions(arriero: Arriero, publisher: Publisher, tag: str, tmp_path: Path) -> None:
    code, _, narrated = arriero("descargar", "tiny", "--limit", "50M")
    assert (code, "descargando" in narrated) == (0, True)
    asyncio.run(publisher.publish(tag, seed=1))

    code, told, _ = arriero("update", "--check", "--json")
    (check,) = json.loads(told)["data"]["checks"]
    assert (code, check["freshness"], check["changes"]) == (0, "outdated", ["params"])
    assert "cambia: parámetros" in arriero("actualizar", "tiny", "--dry-run")[1]

    code, told, _ = arriero("update", "--all", "--json", "-q")
    (updated,) = json.loads(told)["data"]["pulled"]
    assert (code, updated["changed"], updated["version"]) == (0, True, check["available"])
    assert f"{check['available']}  (anterior: {check['installed']})" in arriero("modelos")[1]
    assert arriero("revertir", "tiny")[0] == 0
    assert json.loads(arriero("rollback", "tiny", "--json")[1])["data"]["after"] == check["available"]

    file = str(tmp_path / "tiny.tar")
    assert arriero("exportar", "tiny", file)[0] == 0
    assert arriero("exportar", "tiny", file)[0] == 2
    assert arriero("borrar", "tiny")[0] == 0
    assert arriero("revertir", "tiny")[0] == 4
    assert arriero("importar", file)[0] == 0
    assert json.loads(arriero("verify", "--json", "-q")[1])["data"]["bad"] == []


def test_what_is_bad_ends_with_an_error_until_it_is_repaired(arriero: Arriero, own_home: Path) -> None:
    assert arriero("pull", "tiny", "-q")[0] == 0
    (weights,) = [p for p in (own_home / ".ollama/models/blobs").iterdir() if p.stat().st_size > 1000]
    weights.write_bytes(bytes(weights.stat().st_size))
    code, _, narrated = arriero("comprobar", "tiny")
    assert (code, "./main.sh comprobar --repair" in narrated) == (1, True)
    assert arriero("comprobar", "--repair", "--dry-run")[0] == 1
    code, told, _ = arriero("comprobar", "tiny", "--repair")
    assert (code, f"Reparado: {weights}" in told, "Comprobado todo" in told) == (0, True, True)
    assert arriero("limpiar", "--dry-run")[:2] == (0, "No sobra nada.\n")


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["update"], 2, "MODELO|--all"),
        (["update", "tiny", "--all"], 2, "--all"),
        (["update", "tiny"], 4, "./main.sh descargar"),
        (["rollback", "tiny"], 4, "no está instalado"),
        (["pull", "a b"], 2, "nombre de modelo"),
        (["verify", "nothing:1"], 4, "no está instalado"),
        (["export", "tiny", "/nowhere/file.tar"], 4, "no está instalado"),
        (["import", "/nowhere.tar"], 4, "/nowhere.tar"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be(arriero: Arriero, argv: list[str], code: int, said: str) -> None:
    ended, told, narrated = arriero(*argv)
    assert (ended, told, said in narrated) == (code, "", True)


def test_a_registry_that_is_not_there_is_told_at_once(
    publisher: Publisher, tmp_path: Path, arriero: Arriero, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    code, _, narrated = arriero("pull", "qwen")
    assert (code, "No hay conexión" in narrated) == (3, True)


async def test_a_download_waits_for_its_turn_to_be_installed(publisher: Publisher, tag: str, tmp_path: Path) -> None:
    await publisher.publish(tag)
    world = make_world(tmp_path / "waiting", publisher.reference(tag))
    waiting = asyncio.Event()

    def listen(progress: Progress) -> None:
        if progress.step == "command.wait":
            assert progress.params == {"command": "activate"}
            waiting.set()

    with world.command("activate"):
        pulling = asyncio.create_task(pull(world, "tiny", listen))
        await waiting.wait()
        assert world.store.list() == []
    assert (await pulling).changed
    assert len(world.store.list()) == 2
