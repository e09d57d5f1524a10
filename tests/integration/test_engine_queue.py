"""Many clients, one slot: who waits, who is sent away, and how a client that hangs up makes room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from engine_process import DEMO, EngineProcess, demo_store, engine

ENDLESS: dict[str, Any] = {
    "model": DEMO,
    "prompt": "Write a very long story.",
    "options": {"num_predict": 4000, "temperature": 1.5, "num_ctx": 8192},
}
SHORT: dict[str, Any] = {**ENDLESS, "prompt": "Hi", "stream": False, "options": {"num_predict": 2, "num_ctx": 8192}}
BUSY = {"error": "server busy, please try again.  maximum pending requests exceeded"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Iterator[EngineProcess]:
    with engine(demo_store(tmp_path_factory.mktemp("models"), demo_gguf), "--max-queue", "2") as process:
        process.post("/api/generate", SHORT)
        yield process


def test_who_waits_is_served_when_another_hangs_up(running: EngineProcess) -> None:
    with ThreadPoolExecutor() as clients:
        with running.open("POST", "/api/generate", ENDLESS) as first:
            first.readline()
            waiting = clients.submit(running.post, "/api/generate", SHORT)
            first.readline()
            assert not waiting.done()
        assert waiting.result(60).json["done"] is True


def test_a_client_that_hangs_up_while_its_prompt_is_read_makes_room(running: EngineProcess) -> None:
    slow = {**ENDLESS, "prompt": "one two three four five " * 1500}
    with ThreadPoolExecutor() as clients:
        hung_up = clients.submit(running.ask, "POST", "/api/generate", slow, None, 0.5)
        assert isinstance(hung_up.exception(30), TimeoutError)
        assert running.ask("POST", "/api/generate", SHORT, None, 10).json["done"] is True


def test_a_client_that_hangs_up_in_the_queue_leaves_it(running: EngineProcess) -> None:
    with ThreadPoolExecutor() as clients, running.open("POST", "/api/generate", ENDLESS) as first:
        first.readline()
        left = [clients.submit(running.ask, "POST", "/api/generate", SHORT, None, 0.5) for _ in range(2)]
        assert all(isinstance(each.exception(30), TimeoutError) for each in left)
        stays = clients.submit(running.post, "/api/generate", SHORT)
        first.close()
        assert stays.result(60).status == 200


def test_who_finds_the_queue_full_is_sent_away(running: EngineProcess) -> None:
    with ThreadPoolExecutor(8) as clients:
        with running.open("POST", "/api/generate", ENDLESS) as first:
            first.readline()
            asked = [clients.submit(running.post, "/api/generate", SHORT) for _ in range(6)]
            refused = [each for each in asked if _settled(each, first)][:4]
            assert [(each.result().status, each.result().json) for each in refused] == [(503, BUSY)] * 4
        statuses = sorted(each.result(60).status for each in asked)
    assert statuses == [200, 200, 503, 503, 503, 503]


def _settled(asked: Any, stream: Any) -> bool:
    """Whether it is done by the time the running answer has gone on for a while."""
    for _ in range(40):
        if asked.done():
            return True
        stream.readline()
    return False


def test_many_clients_at_once_all_get_their_own_answer(tmp_path: Path, demo_gguf: Path) -> None:
    body = {"model": DEMO, "options": {"num_predict": 4, "temperature": 0}}
    with engine(demo_store(tmp_path, demo_gguf), "--parallel", "2") as process, ThreadPoolExecutor(50) as clients:
        asked = [
            clients.submit(process.post, "/api/chat", {**body, "messages": [{"role": "user", "content": f"Say {n}"}]})
            for n in range(50)
        ]
        answers = [each.result(120) for each in asked]
        assert [answer.status for answer in answers] == [200] * 50
        assert [answer.lines[-1]["done"] for answer in answers] == [True] * 50
        assert len({json.dumps(answer.lines[-1]["prompt_eval_count"]) for answer in answers}) <= 3
        again = process.post("/api/chat", {**body, "messages": [{"role": "user", "content": "Say 7"}]})
        assert _text(again.lines) == _text(answers[7].lines)


def _text(lines: list[Any]) -> str:
    return "".join(line["message"]["content"] for line in lines)
