"""What tests of the gateway stand on: one in this process in front of a server that a test scripts, and a real one in a
process of its own in front of real engines."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
from aiohttp import web

from arriero.config.loading import load
from arriero.core.clock import SystemClock
from arriero.core.ids import Reference
from arriero.core.paths import SOURCE_ROOT, places
from arriero.gateway.admission import Admission
from arriero.gateway.app import House
from arriero.gateway.naming import Group
from arriero.gateway.servers import Servers
from arriero.gateway.serving import make_runner, open_house
from arriero.stack.world import World, open_world
from arriero.state import State
from arriero.store import Store
from arriero.store.importing import import_gguf
from docker_stack import DockerStack
from ports import free_port
from stack_world import SECOND

DEMO = "smollm2:135m-instruct-q4_1"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@dataclass
class Desktop:
    """A gateway in this process. `asked`: the raw requests that reached the slot `demo`; it does what `script` says."""

    url: str
    tls_url: str
    house: House
    app: web.Application
    session: aiohttp.ClientSession
    stand_in: asyncio.Server
    asked: list[bytes] = field(default_factory=list)
    script: Script | None = None

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def state(self) -> State:
        return self.house.state

    @property
    def admission(self) -> Admission:
        return self.house.desk.admission

    @property
    def servers(self) -> Servers:
        return self.house.desk.servers

    def post(self, path: str, body: object = None, **more: object) -> aiohttp.client._RequestContextManager:
        given = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.session.post(self.url + path, **given, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def desktop(
    folder: Path, tls: ssl.SSLContext | None = None, server: int = 0, **flags: object
) -> AsyncIterator[Desktop]:
    """The slot `demo` counts as serving; nobody brings anything up. `server`: the port of a real one that stands for
    it, instead of the one that a test scripts."""
    scripted, own, tls_port = free_port(), free_port(), free_port()
    given = {"slots.demo.port": str(server or scripted), "backend": "native", "gateway.wait_s": "1", **flags}
    world = await asyncio.to_thread(_world, folder, given)
    async with AsyncExitStack() as held:
        house = await held.enter_async_context(open_house(world, world.writable_state(), SystemClock()))
        house.desk.admission.turns.observe({Group("demo", "135m")})
        runner = make_runner(house)
        held.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", own).start()
        if tls:
            await web.TCPSite(runner, "127.0.0.1", tls_port, ssl_context=tls).start()
        session = await held.enter_async_context(aiohttp.ClientSession())
        stand_in = await asyncio.start_server(lambda r, w: _scripted(made, r, w), "127.0.0.1", scripted)
        held.callback(stand_in.close)
        urls = f"http://127.0.0.1:{own}", f"https://127.0.0.1:{tls_port}"
        made = Desktop(*urls, house, runner.app, session, stand_in)
        yield made


def _world(folder: Path, flags: dict[str, object]) -> World:
    folder.mkdir(parents=True, exist_ok=True)
    return open_world(load(flags, dict(os.environ), replace(places(), root=folder)))


async def _scripted(made: Desktop, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    made.asked.append(head + await reader.readexactly(length))
    assert made.script is not None
    try:
        await made.script(reader, writer)
    finally:
        writer.close()


@dataclass
class RealGateway:
    """A real gateway's process, the ports of its slots (`demo` and `second` where nothing else is said), its log."""

    folder: Path
    environ: dict[str, str]
    port: int
    ports: dict[str, int]
    log_file: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def loads(self) -> list[str]:
        """The slots that were brought up, one after another."""
        return re.findall(r"swap to=(\w+):", self.log)

    def arriero(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "arriero.cli", *words]
        command[1:3] = ["-c", "import sys; from arriero.cli import main; sys.exit(main())"]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, check=check, timeout=200)


@contextmanager
def switched_on(make: Callable[[Path], RealGateway]) -> Iterator[RealGateway]:
    """What `make` made in a short folder to run in (a socket's path has 108 bytes). Nothing of it runs afterwards."""
    run = Path(tempfile.mkdtemp(prefix="arr-"))
    made = make(run)
    try:
        made.arriero("gateway", "on")
        yield made
    finally:
        made.arriero("gateway", "off", check=False)
        made.arriero("down", check=False)
        shutil.rmtree(run)


def real_gateway(folder: Path, run: Path, gguf: Path, **settings: str) -> RealGateway:
    """For `switched_on`; `settings` are lines of `[gateway]`."""
    demo, second, own = free_port(), free_port(), free_port()
    (folder / "config/arriero").mkdir(parents=True)
    lines = [f"{name} = {value}" for name, value in settings.items()]
    text = "\n".join(["[gateway]", f"port = {own}", *lines, SECOND.format(port=second)])
    (folder / "config/arriero/arriero.toml").write_text(text)
    ours = {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_RUNTIME_DIR": str(run),
        "OLLAMA_MODELS": str(folder / "models"),
        "ARRIERO_DATABASE": str(folder / "models.db"),
        "ARRIERO_BACKEND": "native",
        "ARRIERO_LANG": "en",
        "ARRIERO_SLOTS__DEMO__PORT": str(demo),
        "PYTHONPATH": str(SOURCE_ROOT),
    }
    store = Store(folder / "models")
    for name in (DEMO, "second:135m", "other-name:1"):
        import_gguf(store, gguf, Reference.parse(name), params={"num_predict": 24})
    log = folder / "state/arriero/logs/_gateway.log"
    return RealGateway(folder, {**os.environ, **ours}, own, {"demo": demo, "second": second}, log)


def gateway_over(stack: DockerStack, run: Path, **settings: str) -> RealGateway:
    """The same in front of containers."""
    own = free_port()
    flags = stack.flags | {"run_dir": str(run), "gateway.port": str(own), "lang": "en"}
    flags |= {f"gateway.{name}": value for name, value in settings.items()}
    ours = {"ARRIERO_" + name.upper().replace(".", "__"): value for name, value in flags.items()}
    environ = {**os.environ, **ours, "PYTHONPATH": str(SOURCE_ROOT)}
    return RealGateway(stack.root, environ, own, stack.clone.ports, stack.root / "state/logs/_gateway.log")
