"""A client that goes while its answer is being written: one line in the log, whatever aiohttp makes of it."""

from __future__ import annotations

import logging

import aiohttp
import pytest
from aiohttp import web

from arriero.engine.api.gate import Gate, GateRules
from arriero.engine.api.refusal import Refusal


async def admit(_: web.Request) -> None:
    """Everybody."""


async def goes_on_writing(request: web.Request) -> web.StreamResponse:
    """As when several pieces are ready at once: the first one finds the connection gone, the next one a closing one."""
    response = web.StreamResponse()
    await response.prepare(request)
    assert request.transport
    request.transport.abort()
    await response.write(b"more")
    return response


async def test_who_hangs_up_is_one_quiet_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rules = GateRules((), 1000, lambda _: False, admit, lambda error: Refusal(500, error.code))
    app = web.Application(middlewares=[Gate(rules).pass_on])
    app.router.add_get("/", goes_on_writing)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.ClientError):
                async with client.get(f"http://{host}:{port}/") as answer:
                    await answer.read()
    finally:
        await runner.cleanup()
    assert [(r.levelname, r.exc_info, r.getMessage()) for r in caplog.records if r.name != "asyncio"] == [
        ("INFO", None, "GET /: the client hung up before its answer was whole")
    ]
