"""Leaving the terminal: how a supervisor becomes a process of its own that no command has to wait for."""

from __future__ import annotations

import os


def detach() -> int:
    """Forks; only the child returns, in a session of its own, with the descriptor for its word.

    The process that was started waits for that word (one byte, its exit status; 1 if none comes) and ends. So whoever
    started it knows how the start went, reaps it, and is nobody's parent afterwards.
    """
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        os._exit((os.read(reading, 1) or b"\1")[0])
    os.close(reading)
    os.setsid()
    os.chdir("/")
    return writing


def say(word: int | None, status: int) -> None:
    """Gives the word, and lets go of the starter's terminal and pipes. Without one (in the foreground) nothing."""
    if word is None:
        return
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    os.write(word, bytes([status]))
    os.close(word)
