"""A real headless Chromium, driven over its DevTools protocol: what a page looks like, and what it complains about."""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_COMPLAINTS = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Network.requestWillBeSent")


@dataclass(frozen=True)
class Shot:
    """`picture`: PNG of the whole page. `said`: everything in the console, and every address that was asked for beside
    the page itself. `overflow_px`: how far it is wider than its window."""

    picture: bytes
    said: tuple[str, ...]
    overflow_px: int


class Browser:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []

    async def ask(self, method: str, session: str = "", **params: object) -> dict[str, Any]:
        """Raises RuntimeError with the browser's own word."""
        number = next(self._numbers)
        body: dict[str, object] = {"id": number, "method": method, "params": params}
        await self._socket.send_json(body | ({"sessionId": session} if session else {}))
        while (told := await self._socket.receive_json()).get("id") != number:
            self.events.append(told)
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        answer: dict[str, Any] = told["result"]
        return answer

    async def until(self, method: str) -> None:
        while not any(event.get("method") == method for event in self.events):
            self.events.append(await self._socket.receive_json())

    async def shoot(self, page: Path, width: int, *, dark: bool, phone: bool) -> Shot:
        """The page as a reader with a window of this width sees it, wholly."""
        self.events.clear()
        target = (await self.ask("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.ask("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for room in ("Page", "Runtime", "Log", "Network"):
            await self.ask(f"{room}.enable", session)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.ask("Emulation.setEmulatedMedia", session, features=scheme)
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": phone}
        await self.ask("Emulation.setDeviceMetricsOverride", session, **size)
        await self.ask("Page.navigate", session, url=page.as_uri())
        await self.until("Page.loadEventFired")
        content = (await self.ask("Page.getLayoutMetrics", session))["cssContentSize"]
        taken = await self.ask("Page.captureScreenshot", session, captureBeyondViewport=True)
        await self.ask("Target.closeTarget", targetId=target)
        said = tuple(text for event in self.events if (text := _complaint(event, page)))
        return Shot(base64.b64decode(taken["data"]), said, max(0, round(content["width"]) - width))


def _complaint(event: dict[str, Any], page: Path) -> str:
    method, params = event.get("method"), event.get("params", {})
    if method not in _COMPLAINTS:
        return ""
    asked = params.get("request", {}).get("url", "")
    return "" if asked == page.as_uri() or asked.startswith("data:") else f"{method}: {asked or params}"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Raises FileNotFoundError where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise FileNotFoundError(f"none of {', '.join(PROGRAMS)} is here")
    with tempfile.TemporaryDirectory() as profile:
        flags = (
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
        )
        process = await asyncio.create_subprocess_exec(program, *flags, stderr=asyncio.subprocess.PIPE)
        try:
            async with (
                aiohttp.ClientSession() as client,
                client.ws_connect(await _address(process), max_msg_size=0) as told,
            ):
                yield Browser(told)
        finally:
            process.terminate()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr
    async for line in process.stderr:
        if b"DevTools listening on " in line:
            return line.decode().rpartition(" ")[2].strip()
    raise RuntimeError(f"chromium ended with {await process.wait()}")
