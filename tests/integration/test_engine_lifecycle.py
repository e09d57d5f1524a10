"""From the first request to the last: when the child is there, when it is not, and what its death does."""

from __future__ import annotations

import http.client
import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from engine_process import DEMO, EngineProcess, demo_store, engine

LONG = {"model": DEMO, "prompt": "Count to a thousand.", "options": {"num_predict": 2000, "temperature": 0}}
SHORT = {"model": DEMO, "prompt": "Hi", "stream": False, "options": {"num_predict": 2}}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Path:
    return demo_store(tmp_path_factory.mktemp("models"), demo_gguf)


@pytest.fixture
def running(models: Path) -> Iterator[EngineProcess]:
    with engine(models) as process:
        yield process


def gone(process: psutil.Process) -> bool:
    """Waits for it."""
    return process not in psutil.wait_procs([process], timeout=20)[1]


def loaded_child(running: EngineProcess) -> psutil.Process:
    child = running.child()
    assert child is not None
    return child


def test_a_model_is_loaded_by_the_first_request_and_told_of(running: EngineProcess) -> None:
    assert (running.child(), running.loaded()) == (None, [])
    assert running.post("/api/generate", SHORT).json["eval_count"] == 2
    (shown,) = running.loaded()
    assert (shown["name"], shown["context_length"], shown["size_vram"]) == (DEMO, 4096, 0)
    assert shown["size"] > 98_000_000
    assert loaded_child(running).is_running()


def test_unloading_ends_the_child_before_it_answers(running: EngineProcess) -> None:
    running.post("/api/generate", SHORT)
    child = loaded_child(running)
    assert running.post("/api/generate", {"model": DEMO, "keep_alive": 0}).json["done_reason"] == "unload"
    assert not child.is_running()
    assert running.loaded() == []


def test_an_idle_child_ends_by_itself(running: EngineProcess) -> None:
    running.post("/api/generate", {**SHORT, "keep_alive": "200ms"})
    child = running.child()
    assert child is None or gone(child)
    assert running.loaded() == []


def test_keep_alive_zero_ends_the_child_with_its_request(running: EngineProcess) -> None:
    assert running.post("/api/generate", {**SHORT, "keep_alive": 0}).json["done"] is True
    child = running.child()
    assert child is None or gone(child)


def test_another_context_is_another_child(running: EngineProcess) -> None:
    running.post("/api/generate", SHORT)
    first = loaded_child(running)
    running.post("/api/generate", {**SHORT, "options": {"num_ctx": 1024, "num_predict": 2}})
    assert not first.is_running()
    assert [each["context_length"] for each in running.loaded()] == [1024]


def test_a_killed_child_fails_its_request_and_not_the_next(running: EngineProcess) -> None:
    with running.open("POST", "/api/generate", LONG) as response:
        first = json.loads(response.readline())
        loaded_child(running).kill()
        last = [json.loads(line) for line in response][-1]
    assert first["done"] is False
    assert last == {"error": "llama-server process has terminated: signal: killed"}
    assert running.post("/api/generate", SHORT).json["done_reason"] == "length"


def test_a_killed_child_before_the_first_token_is_an_error_status(running: EngineProcess) -> None:
    running.post("/api/generate", SHORT)
    child = loaded_child(running)
    child.suspend()  # it will not answer any more, and nobody has noticed yet
    with ThreadPoolExecutor() as clients:
        asked = clients.submit(running.post, "/api/chat", _chat())
        while not _is_connected(running):
            assert not asked.done()
        child.kill()
        answer = asked.result(30)
    assert answer.status == 500
    assert answer.json["error"].startswith("llama-server process has terminated")


def _is_connected(running: EngineProcess) -> bool:
    return any(each.status == "ESTABLISHED" for each in psutil.Process(running.process.pid).net_connections("tcp"))


def _chat() -> object:
    return {"model": DEMO, "messages": [{"role": "user", "content": "Hi"}], "stream": False}


def test_no_child_outlives_a_killed_front(running: EngineProcess) -> None:
    with running.open("POST", "/api/generate", LONG) as response:
        response.readline()
        child = loaded_child(running)
        os.kill(running.process.pid, signal.SIGKILL)
        assert gone(child)


def test_no_child_outlives_a_front_killed_while_it_loads(running: EngineProcess) -> None:
    with ThreadPoolExecutor() as clients:
        asked = clients.submit(running.post, "/api/generate", SHORT)
        while (child := running.child()) is None:
            assert not asked.done()
        os.kill(running.process.pid, signal.SIGKILL)
        assert gone(child)
        assert isinstance(asked.exception(30), OSError | http.client.HTTPException)


def test_told_to_end_it_ends_with_its_child(running: EngineProcess) -> None:
    with running.open("POST", "/api/generate", LONG) as response:
        response.readline()
        child = loaded_child(running)
        assert running.stop() == 0
    assert not child.is_running()


def test_its_folder_of_sockets_goes_with_it(models: Path, tmp_path: Path) -> None:
    runtime = tmp_path / "r"
    runtime.mkdir()
    with engine(models, environ={"XDG_RUNTIME_DIR": str(runtime)}) as running:
        running.post("/api/generate", SHORT)
        (folder,) = runtime.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        running.process.kill()
        running.process.wait()
    with engine(models, environ={"XDG_RUNTIME_DIR": str(runtime)}) as running:
        assert folder not in runtime.iterdir()
        running.stop()
    assert list(runtime.iterdir()) == []
