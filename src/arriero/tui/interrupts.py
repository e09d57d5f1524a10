"""Ctrl-C while a command has the terminal: it is the command's, and the app behind it goes on."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def deaf_to_interrupts(otherwise: Callable[[], object]) -> Iterator[None]:
    """`otherwise`: what SIGINT does before and after. Meanwhile it has a handler that does nothing: unlike being
    ignored, that is not handed down to commands.
    """
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    try:
        yield
    finally:
        loop.add_signal_handler(signal.SIGINT, otherwise)
