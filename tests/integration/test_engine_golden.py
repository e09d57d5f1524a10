"""The recorded exchanges with a real Ollama, replayed in order against a real engine on a fresh store.

All agree but those in DIFFERENT, each of which stands with its reason in docs/compatibility.md.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_process import DEMO, EngineProcess, demo_store, engine

from arriero.core.paths import PROJECT_ROOT

GOLDEN = Path(__file__).parents[1] / "golden"
COMPATIBILITY = PROJECT_ROOT / "docs" / "compatibility.md"

DIFFERENT = {
    "show": {".json.tensors[0]"},
    "show.name": {".json.tensors[0]"},
    "show.short": {".json.tensors[0]"},
    "show.tooled": {".json.tensors[0]"},
    "show.thinker": {".json.tensors[0]"},
    "show.infill": {".json.tensors[0]"},
    "show.derived": {".json.tensors[0]"},
    "show.derived.two": {".json.tensors[0]"},
    "content.type.text": {".json.tensors[0]"},
    "create.from.stream": {".lines[0].status"},
}
"""Exchange -> the places where this engine answers otherwise on purpose."""
BY_PROCESSOR = {".json.done_reason", ".json.choices[0].finish_reason", ".json.stop_reason"}
"""Greedy text of so small a model differs between processors and builds, and so may end sooner or later."""


def _golden() -> Any:
    spec = importlib.util.spec_from_file_location("golden", GOLDEN / "golden.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


golden = _golden()
REQUESTS = json.loads((GOLDEN / "requests.json").read_text())
ANSWERS = json.loads((GOLDEN / "answers.json").read_text())
OLLAMAS_STORE = "/root/.ollama/models"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Path:
    return demo_store(tmp_path_factory.mktemp("golden"), demo_gguf)


@pytest.fixture(scope="module")
def running(models: Path) -> Iterator[EngineProcess]:
    with engine(models) as process:
        yield process


def _recorded(name: str, models: Path) -> Any:
    """The answer as Ollama would give it if its store were ours: some errors name a file."""
    return json.loads(json.dumps(ANSWERS[name]).replace(OLLAMAS_STORE, str(models)))


def unmeant(exchange: dict[str, Any], url: str, models: Path, meant: Collection[str] = ()) -> list[str]:
    """Where the answer from `url` differs from the recorded one, but for what is meant to."""
    got = golden.exchange(url, exchange, None)
    found = golden.differences(golden.reduce(_recorded(exchange["id"], models)), golden.reduce(got))
    if exchange.get("shape_only"):
        found = [each for each in found if "missing" in each or "not in" in each or each.startswith(".status")]
    allowed = (*DIFFERENT.get(exchange["id"], ()), *BY_PROCESSOR, *meant)
    return [each for each in found if not each.startswith(allowed)]


@pytest.mark.parametrize("exchange", REQUESTS, ids=lambda exchange: exchange["id"])
def test_an_exchange_agrees(running: EngineProcess, models: Path, exchange: dict[str, Any]) -> None:
    assert unmeant(exchange, running.url, models) == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_difference_is_still_one_and_is_told(running: EngineProcess, name: str) -> None:
    """`running`: the exchanges have been run before. The page names the exchange."""
    assert f"`{name}`" in COMPATIBILITY.read_text()


def test_all_prompts_agree(running: EngineProcess, capsys: pytest.CaptureFixture[str]) -> None:
    failed = golden.prompts(running.url, GOLDEN / "prompts.json", DEMO, True)
    assert (failed, capsys.readouterr().out.splitlines()[-1].split(" of ")[0] != "0") == (0, True)
