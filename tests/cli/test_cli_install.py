"""`install`, `uninstall` and `validate --fix` as they are typed: what is shown, what is asked, how they end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Arriero = Callable[..., Any]


@pytest.fixture
def demo(arriero: Arriero, demo_gguf: Path, free_port: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ARRIERO_SLOTS__DEMO__PORT", str(free_port))
    imported = arriero("import", str(demo_gguf), "demo", "-q")
    assert imported.code == 0, imported.err
    yield free_port
    assert arriero("down", "-q").code == 0


def endings(out: str) -> dict[str, str]:
    return {step["code"]: step["ending"] for step in json.loads(out)["data"]["steps"]}


def test_the_embedded_engine_from_a_rehearsal_to_a_second_run(arriero: Arriero, demo: int) -> None:
    rehearsed = arriero("--backend", "native", "install", "--dry-run", "--json")
    assert (rehearsed.code, json.loads(rehearsed.out)["data"]["dry_run"]) == (0, True)
    assert endings(rehearsed.out)["install.model"] == "planned"
    (model,) = [step for step in json.loads(rehearsed.out)["data"]["steps"] if step["code"] == "install.model"]
    assert model["undo"] == []  # no container is taken back where none was made

    done = arriero("--backend", "native", "instalar", "--yes", "--lang", "es")
    assert done.code == 0, done.err
    assert f"✓ Primer modelo: hecho y comprobado (demo responde en http://127.0.0.1:{demo}/v1)\n" in done.out
    assert "se haría" not in done.out

    again = arriero("--backend", "native", "install", "--yes", "--lang", "en")
    assert again.code == 0
    assert "Everything was in its place: nothing was changed.\n" in again.out

    gone = arriero("--backend", "native", "uninstall", "--yes", "--lang", "en")
    assert gone.code == 0, gone.err
    assert "The models stay in " in gone.out
    (model,) = [m for m in json.loads(arriero("status", "--json").out)["data"]["models"] if m["id"] == "demo"]
    assert (model["state"], model["installed"]) == ("inactive", True)

    models = json.loads(arriero("--backend", "native", "uninstall", "--models", "--yes", "--json").out)["data"][
        "models"
    ]
    assert models == ["smollm2:135m-instruct-q4_1"]
    assert not json.loads(arriero("models", "--json").out)["data"]["others"]


def test_nobody_to_ask_is_a_refusal_and_nothing_is_changed(arriero: Arriero, tmp_path: Path) -> None:
    refused = arriero("--backend", "native", "install", "--json")
    assert (refused.code, json.loads(refused.out)["errors"][0]["code"]) == (2, "host.nobody_to_ask")


def test_an_answer_that_is_neither_yes_nor_no_is_asked_for_again(
    arriero: Arriero, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "new" / "models"))
    said = arriero("--backend", "native", "install", "--lang", "en", typed="perhaps\n\nn\n", sitting=True)
    assert said.err.count("Go ahead? [y/n]") == 3
    assert said.err.count("Answer y (yes) or n (no).") == 2
    assert "Folders: not done, as you said" in said.out
    assert "The installation stopped there." in said.out
    assert not (tmp_path / "new").exists()
    said = arriero("--backend", "native", "install", "--lang", "en", typed="y\n", sitting=True)
    assert (tmp_path / "new" / "models").is_dir()  # and no answer at all to the next question is a no
    assert "First model: not done, as you said" in said.out


def test_what_is_not_known_is_told_with_the_nearest_and_what_is_well_needs_no_fix(arriero: Arriero) -> None:
    unknown = json.loads(arriero("validate", "--fix", "docker.gruop", "--json").out)
    assert (unknown["errors"][0]["code"], unknown["errors"][0]["params"]["nearest"]) == (
        "check.unknown",
        "docker.group",
    )
    well = arriero("validate", "--fix", "system.clock", "--json", "--dry-run")
    assert endings(well.out) == {"system.clock": "not_needed"}
