"""What clients and servers may do to the gateway: bodies wrong, late or too large, servers that lie or vanish."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from test_gateway_passage import ASK, EVENT, says

from arriero.engine.api import gate
from arriero.gateway.serving import work_until
from gateway_world import DEMO, Desktop, desktop
from native_world import until

PATHS = ("/api/chat", "/v1/chat/completions", "/v1/messages")


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Desktop]:
    async with desktop(tmp_path / "project") as made:
        yield made


async def answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, object]]:
    """One answer with its status, of a connection that may stay open."""
    async with asyncio.timeout(20):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = re.search(r"content-length: (\d+)", head)
        assert length
        return int(head.split()[1]), json.loads(await reader.readexactly(int(length[1])))


def message_of(told: dict[str, object]) -> str:
    """In whichever form."""
    error = told["error"]
    return str(error["message"] if isinstance(error, dict) else error)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "EOF"),
        (b'{"model":"de', "unexpected EOF"),
        (b"{}", "model is required"),
        (b"[]", "json: cannot unmarshal array into Go value of type api.Request"),
        (b'{"model":null}', "model is required"),
        (b'{"model":""}', "model is required"),
        (b'{"model":7}', "json: cannot unmarshal number into Go struct field Request.model of type string"),
        (b'{"model":["demo"]}', "json: cannot unmarshal array into Go struct field Request.model of type string"),
    ],
)
async def test_bodies_without_a_models_name(gateway: Desktop, body: bytes, message: str) -> None:
    async with gateway.post("/v1/chat/completions", body) as answer:
        assert (answer.status, (await answer.json())["error"]["message"]) == (400, message)
    assert gateway.asked == []


async def test_a_body_that_is_too_large(tmp_path: Path) -> None:
    limit = {"engine.max_body_bytes": "2048"}
    async with desktop(tmp_path / "project", **limit) as gateway, gateway.post("/api/chat", b"x" * 4096) as answer:
        assert answer.status == 413


@pytest.mark.parametrize("path", PATHS)
async def test_a_hundred_megabytes_are_refused_before_they_are_sent(gateway: Desktop, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {100 << 20}\r\n\r\n".encode())
    status, told = await answered(reader)
    writer.close()
    assert status == 413
    assert message_of(told) == "the request body is larger than 33554432 bytes"


@pytest.mark.parametrize("path", PATHS)
async def test_a_body_that_comes_byte_by_byte_has_its_time(
    gateway: Desktop, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is half sent: it is not waited for beyond that, however alive its client is."""
    monkeypatch.setattr(gate, "BODY_TIMEOUT_S", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n{{".encode())

    async def drip() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.01)

    dripping = asyncio.create_task(drip())
    status, told = await answered(reader)
    dripping.cancel()
    writer.close()
    assert status == 408
    assert message_of(told) == "the request body did not arrive in time"
    assert gateway.asked == []


async def test_a_thousand_connections_that_say_nothing_hold_up_nobody(gateway: Desktop) -> None:
    opened = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(1000)]
    try:
        for _, writer in opened[:100]:
            writer.write(b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{")
        async with gateway.session.get(gateway.url + "/health") as answer:
            assert (await answer.json())["status"] == "ok"
    finally:
        for _, writer in opened:
            writer.close()


@pytest.mark.parametrize("lie", [b"zz\r\ngarbage", b"-5\r\nx\r\n", b"\xff\xfe\r\n"])
async def test_garbage_in_the_midst_of_an_answer(gateway: Desktop, lie: bytes) -> None:
    gateway.script = says(EVENT, end=lie)
    async with gateway.post("/v1/chat/completions", ASK) as answer:
        told = await answer.text()
    assert "demo broke off in the midst of its answer" in told


async def test_a_server_that_vanishes_with_its_port(gateway: Desktop) -> None:
    """It is looked for once more, and then that is told: `demo` counts as serving here and nobody listens."""
    gateway.stand_in.close()
    await gateway.stand_in.wait_closed()
    async with gateway.post("/v1/messages", {"model": DEMO}) as answer:
        assert answer.status == 503
        assert re.fullmatch(r"demo is not loaded yet, after 1 s; try again later", message_of(await answer.json()))
    assert gateway.admission.turns.queued == 0


@pytest.mark.parametrize("path", PATHS)
async def test_who_has_waited_long_enough_is_told_when_to_come_again(gateway: Desktop, path: str) -> None:
    """`qwen` does not run, and nobody brings it up here."""
    async with gateway.post(path, {"model": "qwen", "stream": False}) as answer:
        told = await answer.json()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert message_of(told) == "qwen is not loaded yet, after 1 s; try again later"
    assert gateway.admission.turns.queued == 0


@pytest.mark.parametrize("path", PATHS[1:])
async def test_a_stream_that_waits_hears_so_and_may_hang_up(gateway: Desktop, path: str) -> None:
    answer = await gateway.post(path, {"model": "qwen", "stream": True})
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert await answer.content.readuntil(b"\n\n") == b": waiting for qwen, 1 s\n\n"
    assert gateway.admission.turns.queued == 1
    answer.close()

    async def forgotten() -> bool | None:
        return gateway.admission.turns.queued == 0 or None

    await until(forgotten)


async def test_an_answer_that_is_shorter_than_it_was_to_be(gateway: Desktop) -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n" + EVENT)

    gateway.script = script
    async with gateway.post("/v1/chat/completions", ASK) as answer:
        assert await answer.content.readuntil(b"\n\n") == EVENT
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_a_defect_in_what_must_always_work_ends_the_process() -> None:
    """So that its supervisor starts it anew, instead of requests that wait for ever."""

    async def broken() -> None:
        raise AssertionError("a defect")

    goes_on, told = asyncio.Event(), asyncio.Event()
    with pytest.raises(ExceptionGroup):
        await asyncio.wait_for(work_until(told, broken(), forever(goes_on)), 20)
    assert goes_on.is_set()
    told.set()
    await asyncio.wait_for(work_until(told, forever(asyncio.Event())), 20)


async def forever(ended: asyncio.Event) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.set()
