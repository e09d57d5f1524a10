"""Questions over HTTP to servers that behave and to servers that do not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from arriero.runtime.http import NoAnswer, ask
from arriero.runtime.served import Served, look

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def sends(data: bytes, *, close: bool = True) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()
        if not close:
            await reader.read()  # until the other side hangs up
        writer.close()

    return handle


async def asked(handler: Handler, limit_s: float = 20.0) -> object:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await ask("127.0.0.1", port, "/api/version", limit_s=limit_s)


async def test_an_answer_is_status_and_body() -> None:
    answer = await asked(sends(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"version": "1"}'))
    assert answer.status == 200  # type: ignore[attr-defined]
    assert answer.json() == {"version": "1"}  # type: ignore[attr-defined]


async def test_a_body_that_is_no_object_is_an_empty_one() -> None:
    for body in (b"", b"not json", b"[1]"):
        assert (await asked(sends(b"HTTP/1.0 200 OK\r\n\r\n" + body))).json() == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 many\r\n\r\n"])
async def test_what_is_not_http_is_no_answer(data: bytes) -> None:
    with pytest.raises(NoAnswer):
        await asked(sends(data))


async def test_a_body_without_end_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="more than 8000000 bytes"):
        await asked(sends(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 8_100_000))


async def test_the_limit_is_for_all_of_it() -> None:
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = asyncio.ensure_future(reader.read(-1))
        while not (await asyncio.wait([gone], timeout=0.01))[0]:
            writer.write(b"H")
        writer.close()

    with pytest.raises(NoAnswer, match=r"no answer in 0\.2 s"):
        await asked(drips, limit_s=0.2)


async def test_nobody_there_is_no_answer(free_port: int) -> None:
    with pytest.raises(NoAnswer):
        await ask("127.0.0.1", free_port, "/", limit_s=5.0)
    assert await look("127.0.0.1", free_port, None) == Served()


async def test_the_key_and_the_host_are_sent() -> None:
    received = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.0 401 Unauthorized\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert (await ask("0.0.0.0", port, "/x", key="secreto", limit_s=5.0)).status == 401
    assert "Authorization: Bearer secreto\r\n" in received[0]
    assert f"Host: 127.0.0.1:{port}\r\n" in received[0]
