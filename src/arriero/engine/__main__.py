"""`python -m arriero.engine`: one engine from its start to its end.

Invariant: it ends within two seconds of SIGTERM or SIGINT, and its child with it; the port is closed first. Exit
codes: 0 told to end, 2 wrong settings, 3 the address cannot be listened on.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shutil
import signal
import sys
from pathlib import Path

from aiohttp import web

from arriero.core.clock import SystemClock
from arriero.core.errors import ArrieroError
from arriero.engine.api.app import make_app
from arriero.engine.engine import Engine, private_folder
from arriero.engine.errors import EngineCannotListen
from arriero.engine.settings import EngineSpec, read_settings

LISTENING = "listening on"
"""The log line that says that the port is open; whoever starts an engine on port 0 finds the port behind it."""

logger = logging.getLogger("arriero.engine")


def main() -> int:
    logging.basicConfig(
        level=logging.DEBUG if os.environ.get("OLLAMA_DEBUG", "0") not in ("", "0", "false") else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    try:
        spec = read_settings(sys.argv[1:], os.environ)
        asyncio.run(_serve(spec))
    except EngineCannotListen as error:
        logger.error("%s", error)  # noqa: TRY400 - a line for people, not a traceback
        return 3
    except ArrieroError as error:
        logger.error("%s", error)  # noqa: TRY400
        return 2
    return 0


async def _serve(spec: EngineSpec) -> None:
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    sockets = private_folder()
    try:
        await _run(spec, sockets, told_to_end)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


async def _run(spec: EngineSpec, sockets: Path, told_to_end: asyncio.Event) -> None:
    engine = Engine(spec, SystemClock(), sockets)
    runner = web.AppRunner(
        make_app(engine),
        handler_cancellation=True,
        access_log=None,
        shutdown_timeout=0.2,
        keepalive_timeout=spec.idle_timeout_s,  # aiohttp counts it from a connection's start: half a head is bound too
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, spec.host, spec.port)
        await _listen(site, spec)
        gc.freeze()  # what was imported stays: no need to walk through it again and again
        logger.info("%s %s, slot %s, models in %s", LISTENING, _address(runner), spec.slot or "-", spec.models)
        await told_to_end.wait()
        await site.stop()
    finally:
        await engine.scheduler.close()
        await runner.cleanup()
    logger.info("ended")


async def _listen(site: web.TCPSite, spec: EngineSpec) -> None:
    try:
        await site.start()
    except OSError as error:
        raise EngineCannotListen(spec.host, spec.port, error.strerror or str(error)) from error


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
