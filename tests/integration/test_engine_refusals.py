"""What the engine does not let in: foreign pages, requests without the key, bodies that are too large or never come."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_process import DEMO, EngineProcess, demo_store, engine, spawn

KEY = "a-key-for-tests"
FAMILIES = {
    "/api/chat": {"error": "unauthorized: this server needs an API key"},
    "/v1/chat/completions": {
        "error": {
            "message": "unauthorized: this server needs an API key",
            "type": "api_error",
            "param": None,
            "code": None,
        }
    },
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Path:
    return demo_store(tmp_path_factory.mktemp("models"), demo_gguf)


@pytest.fixture(scope="module")
def running(models: Path) -> Iterator[EngineProcess]:
    with engine(models) as process:
        yield process


@pytest.fixture(scope="module")
def locked(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    file = tmp_path_factory.mktemp("key") / "key"
    file.write_text(KEY + "\n")
    with engine(models, "--api-key-file", str(file)) as process:
        yield process


@pytest.mark.parametrize("path", FAMILIES)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"x-api-key": KEY + "x"}])
def test_without_the_key_every_api_refuses_in_its_own_form(
    locked: EngineProcess, path: str, headers: dict[str, str]
) -> None:
    answer = locked.ask("POST", path, {"model": DEMO, "messages": []}, headers)
    assert (answer.status, answer.json) == (401, FAMILIES[path])
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_without_the_key_anthropics_api_refuses_in_its_form(locked: EngineProcess) -> None:
    answer = locked.ask("POST", "/v1/messages", {"model": DEMO})
    assert (answer.status, answer.json["error"]["type"]) == (401, "authentication_error")


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {KEY}"}, {"x-api-key": KEY}])
def test_with_the_key_it_answers(locked: EngineProcess, headers: dict[str, str]) -> None:
    assert locked.ask("GET", "/api/tags", None, headers).json["models"][0]["name"] == DEMO


def test_that_something_runs_is_no_secret(locked: EngineProcess) -> None:
    assert locked.ask("GET", "/").data == b"Ollama is running"


def test_a_page_may_ask_before_it_sends_the_key(locked: EngineProcess) -> None:
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    assert locked.ask("OPTIONS", "/api/chat", None, headers).status == 204


def test_other_machines_are_not_served_without_a_key(models: Path) -> None:
    with spawn(models, "--host", "0.0.0.0") as process:
        _, log = process.communicate(timeout=30)
        assert process.returncode == 2
        assert "engine.bind_needs_key" in log


def test_in_a_container_the_network_stands_in_front(models: Path) -> None:
    with engine(models, "--host", "0.0.0.0", environ={"ARRIERO_IN_CONTAINER": "1"}) as process:
        assert process.ask("GET", "/api/version", None, {"Host": "ollama-qwen"}).status == 200


def test_a_port_that_is_taken_is_told_of(running: EngineProcess, models: Path) -> None:
    with spawn(models, "--port", str(running.port)) as process:
        _, log = process.communicate(timeout=30)
        assert process.returncode == 3
        assert "engine.cannot_listen" in log


@pytest.mark.parametrize("path", ["/api/generate", "/v1/chat/completions", "/v1/messages"])
def test_a_huge_body_is_refused_by_its_header_alone(running: EngineProcess, path: str) -> None:
    head, _ = _raw(running, path, 100_000_000, b"{")
    assert head.startswith("HTTP/1.1 413 ")


def test_a_huge_body_without_a_length_is_refused_when_it_has_grown(models: Path) -> None:
    with engine(models, "--max-body-bytes", "100000") as process, _connected(process) as sent:
        sent.sendall(b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent.sendall(b"20000\r\n" + b" " * 0x20000 + b"\r\n")
        assert sent.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_never_comes_keeps_nobody_waiting(running: EngineProcess) -> None:
    with _connected(running) as half:
        half.sendall(b'POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"model":')
        assert running.ask("GET", "/api/version").status == 200


@pytest.mark.parametrize(
    "template", ["{{ range 1000000000 }}{{ end }}", '{{ printf "%1000000000d" 1 }}', "x" * 200_000]
)
def test_a_template_that_asks_for_too_much_ends_early(running: EngineProcess, template: str) -> None:
    answer = running.post("/api/generate", {"model": DEMO, "prompt": "hi", "template": template})
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/json; charset=utf-8")
    assert answer.json["error"].startswith("template: ")


def test_a_request_whose_head_never_ends_is_hung_up_on(models: Path) -> None:
    with engine(models, "--idle-timeout", "1s") as process, _connected(process) as silent, _connected(process) as half:
        half.sendall(b"GET /api/version HTTP/1.1\r\nHost: localhost\r\nX-Half: ")
        assert (silent.recv(100), half.recv(100)) == (b"", b"")


def test_so_is_a_second_one_on_a_connection_that_was_kept(models: Path) -> None:
    with engine(models, "--idle-timeout", "1s") as process, _connected(process) as kept:
        kept.sendall(b"GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.recv(1000).startswith(b"HTTP/1.1 200 ")
        kept.sendall(b"GET /api/version HTTP/1.1\r\nHost:")
        assert kept.recv(100) == b""


def test_a_foreign_page_reaches_nothing(running: EngineProcess) -> None:
    answer = running.ask("POST", "/api/generate", {"model": DEMO}, {"Origin": "https://evil.example"})
    assert (answer.status, answer.data) == (403, b"")


def test_an_origin_can_be_let_in(models: Path) -> None:
    headers = {"Origin": "https://editor.example"}
    with engine(models, "--origin", "https://*.example") as process:
        answer = process.ask("GET", "/api/version", None, headers)
    assert answer.headers["Access-Control-Allow-Origin"] == headers["Origin"]


def _raw(running: EngineProcess, path: str, length: int, start: bytes) -> tuple[str, object]:
    """What comes back when only the `start` of a body is sent."""
    with _connected(running) as sent:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        sent.sendall(head.encode() + start)
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.rstrip().endswith(b"}"):
            answer += sent.recv(65536)
    told, _, body = answer.decode().partition("\r\n\r\n")
    return told, json.loads(body)


def _connected(running: EngineProcess) -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.port), timeout=30)
