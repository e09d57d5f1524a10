"""The gateway's process put together: its listeners, the line, what is watched, and their orderly end."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from arriero.config.specs import Configuration
from arriero.core.clock import Clock
from arriero.core.errors import ArrieroError
from arriero.gateway.admission import Admission
from arriero.gateway.app import House, make_app
from arriero.gateway.board import Board
from arriero.gateway.certificates import server_context
from arriero.gateway.errors import GatewayCannotListen
from arriero.gateway.idling import Idling
from arriero.gateway.metrics import Metrics
from arriero.gateway.naming import Directory
from arriero.gateway.passage import Desk
from arriero.gateway.servers import Servers
from arriero.gateway.swapping import Swapper
from arriero.gateway.turns import Limits, Turns
from arriero.gateway.unions import Unions
from arriero.stack.watching import watch
from arriero.stack.world import World
from arriero.state import State

LISTENING = "listening on"
"""The log line that says that a port is open."""
HOST = "127.0.0.1"
ANY_HOST = "0.0.0.0"  # noqa: S104 - only while exposed, with TLS and keys
_QUIET_S = 300.0  # what no event tells of is noticed by the request that meets it
_HEAD_S = 75.0
_AGAIN_S = 5.0
logger = logging.getLogger("arriero.gateway")


async def serve(world: World, clock: Clock) -> None:
    """Until SIGTERM or SIGINT. Raises GatewayCannotListen, and what keeps the state database from being read."""
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    state = world.writable_state()
    async with AsyncExitStack() as held:
        house = await held.enter_async_context(open_house(world, state, clock))
        runner = make_runner(house)
        await runner.setup()
        held.push_async_callback(runner.cleanup)
        await _listen(runner, world.configuration, state)
        gc.freeze()  # what was imported stays: no need to walk through it again and again
        await work_until(told_to_end, house.desk.admission.run(), _watched(world, house.desk.admission))
    logger.info("ended")


async def work_until(told_to_end: asyncio.Event, *works: Coroutine[Any, Any, None]) -> None:
    """A defect in one of them is raised: a process that ends is started anew, one that only seems to work is not."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        await told_to_end.wait()
        for task in tasks:
            task.cancel()


def make_runner(house: House) -> web.AppRunner:
    return web.AppRunner(
        make_app(house),
        handler_cancellation=True,
        access_log=None,
        shutdown_timeout=0.2,
        keepalive_timeout=_HEAD_S,  # counted from a connection's start: half a head is bound too
    )


@asynccontextmanager
async def open_house(world: World, state: State, clock: Clock) -> AsyncIterator[House]:
    """With what is seen now; it ends nothing of the slots."""
    configuration = world.configuration
    gateway = configuration.settings.gateway
    for pinned in gateway.pins:
        world.slot(pinned)
    board, servers, swapper = Board(), Servers(configuration), Swapper(configuration, world.gpu)
    turns = Turns(Limits(gateway.patience_s, gateway.drain_s))
    metrics = Metrics(board, lambda: turns.queued, lambda: sum(turns.flying.values()))
    admission = Admission(turns, board, swapper, metrics.swapped)

    async def unload(slot: str) -> bool:
        model = board.models.get(slot)
        return model is not None and await servers.unload(slot, model.reference)

    limits_s = {s.id: float(s.idle_s) for s in configuration.slots if s.id not in gateway.pins}
    idling = Idling(limits_s, unload)
    unions = Unions(configuration.slots, world.store, board, servers)
    desk = Desk(admission, servers, metrics, gateway.wait_s)
    try:
        with suppress(ArrieroError):  # what cannot be seen now is seen by the watch, or by a request
            board.take(await swapper.look())
        admission.observe()
        yield House(configuration, clock, state, Directory(configuration.slots), unions, idling, desk)
    finally:
        idling.close()
        await asyncio.to_thread(swapper.close)
        world.gpu.close()


async def _listen(runner: web.AppRunner, configuration: Configuration, state: State) -> None:
    gateway, exposure = configuration.settings.gateway, state.exposure()
    await _open(runner, HOST, gateway.port, None)
    if exposure:
        tls = server_context(exposure.certificate, exposure.private_key)
        await _open(runner, ANY_HOST, gateway.lan_port, tls)


async def _open(runner: web.AppRunner, host: str, port: int, tls: ssl.SSLContext | None) -> None:
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls, backlog=1024).start()
    except OSError as error:
        raise GatewayCannotListen(host, port, error.strerror or str(error)) from error
    logger.info("%s %s://%s:%d", LISTENING, "https" if tls else "http", host, port)


async def _watched(world: World, admission: Admission) -> None:
    """The board follows what happens to the slots; while a model is brought up, whoever does that tells, and no look
    takes the processor from it."""
    while True:
        try:
            async for told in watch(world, quiet_s=_QUIET_S):
                if admission.turns.loading is None:
                    admission.board.take(told)
                    admission.observe()
                await admission.settled()
        except ArrieroError as fault:
            logger.warning("the slots cannot be watched, again in %g s: %s", _AGAIN_S, fault)
        await asyncio.sleep(_AGAIN_S)
