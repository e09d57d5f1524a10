"""`python -m arriero.guard --slot NAME --run FOLDER [--set KEY=VALUE ...]`: the guard from its start to its end.

It says that it serves once it has looked for the first time, and ends after the step that is under way when it is told
to. Exit codes: 0 told to end, 2 wrong settings.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from arriero.config.loading import load
from arriero.core.clock import SystemClock
from arriero.core.errors import ArrieroError
from arriero.core.paths import places
from arriero.guard.watching import Watcher
from arriero.runtime.native.records import say_ready
from arriero.stack.world import World, open_world

logger = logging.getLogger("arriero.guard")


def main(argv: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    given = list(zip(argv[::2], argv[1::2], strict=True))
    name, run_dir = (next(value for key, value in given if key == wanted) for wanted in ("--slot", "--run"))
    flags = dict(value.split("=", 1) for key, value in given if key == "--set")

    def opened() -> World:
        return open_world(load(flags, os.environ, places(os.environ)))

    try:
        asyncio.run(_watch(Watcher(opened, SystemClock()), lambda: say_ready(Path(run_dir), name)))
    except ArrieroError as error:
        for one in (error, *getattr(error, "parts", ())):
            logger.error("%s", one)  # noqa: TRY400 - lines for people, not a traceback
        return 2
    return 0


async def _watch(watcher: Watcher, ready: Callable[[], None]) -> None:
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end.set)
    try:
        await watcher.round()
        ready()
        while not told_to_end.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(watcher.pause_s()):
                    await told_to_end.wait()
            if not told_to_end.is_set():
                await watcher.round()
    finally:
        watcher.close()
    logger.info("ended")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
