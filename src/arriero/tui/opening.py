"""From a terminal to the running app and back: signals, and a terminal that is as before whatever happens."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from arriero.tui.host import Host
from arriero.tui.words import Words

if TYPE_CHECKING:
    from textual.app import App

_ENDING = {signal.SIGHUP: 129, signal.SIGTERM: 143, signal.SIGINT: 130}
_ASK_AGAIN_S = 0.2
_PATIENCE_S = 12.0  # jobs that were cancelled have 10 s to end


def can_draw(streams: tuple[TextIO, ...], environ: Mapping[str, str]) -> bool:
    """Whether the app can have the terminal: it reads one, writes one, and that one can move its cursor."""
    return all(stream.isatty() for stream in streams) and environ.get("TERM", "dumb") not in ("", "dumb")


def run_app(host: Host, words: Words, theme: str) -> int:
    """Returns the exit code. Raises what ended the app where that was a defect, with the terminal as before."""
    gc.disable()  # there is nothing to find among what is only being imported; the app turns it on again
    from arriero.tui.app import ArrieroApp  # late: only who draws pays for Textual

    app = ArrieroApp(host, words, theme)

    async def run() -> int | None:
        loop = asyncio.get_running_loop()
        for number, code in _ENDING.items():
            loop.add_signal_handler(number, _end, app, loop, code)
        return await app.run_async()

    code = asyncio.run(run())
    if app.defect is not None:
        raise app.defect
    return os.EX_OK if code is None else code


def _end(app: App[int], loop: asyncio.AbstractEventLoop, code: int) -> None:
    """Asks until it ends: an app that is only just starting forgets that it was asked. Textual may wait for ever for a
    terminal that is gone, even as it ends: then it is left where it stands, which loses nothing."""
    last = threading.Timer(_PATIENCE_S, os._exit, (code,))
    last.daemon = True
    last.start()

    def ask() -> None:
        app.exit(code)
        loop.call_later(_ASK_AGAIN_S, ask)

    ask()
