"""`python -m arriero.gateway --slot NAME [--backend …] [--simulate …] --port N`: the gateway from its start to its end.

Invariant: it ends within two seconds of SIGTERM or SIGINT, and what it was bringing up goes on without it. Exit codes:
0 told to end, 2 wrong settings, 3 an address cannot be listened on.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import logging
import os
import sys
from contextlib import suppress

from arriero.config.loading import load
from arriero.core.clock import SystemClock
from arriero.core.errors import ArrieroError
from arriero.core.paths import places
from arriero.gateway.errors import GatewayCannotListen
from arriero.gateway.serving import serve
from arriero.stack.world import open_world

_M_ARENA_MAX = -8  # malloc.h
logger = logging.getLogger("arriero.gateway")


def main() -> int:
    _keep_small()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    given = _flags().parse_args()
    flags: dict[str, object] = {"backend": given.backend, "simulate": given.simulate, "gateway.port": given.port}
    try:
        world = open_world(load(flags, os.environ, places(os.environ)))
        asyncio.run(serve(world, SystemClock()))
    except GatewayCannotListen as error:
        logger.error("%s", error)  # noqa: TRY400 - a line for people, not a traceback
        return 3
    except ArrieroError as error:
        logger.error("%s", error)  # noqa: TRY400
        return 2
    return 0


def _keep_small() -> None:
    """One heap for all threads: glibc gives each its own and keeps what was freed there, 17 MB after a dozen swaps."""
    with suppress(AttributeError):  # another libc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _flags() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(prog="python -m arriero.gateway")
    flags.add_argument("--slot", help="a label, for process lists")
    flags.add_argument("--port", help="port on this machine")
    flags.add_argument("--backend")
    flags.add_argument("--simulate")
    return flags


if __name__ == "__main__":
    sys.exit(main())
