"""Leaving the terminal: how a supervisor becomes a process of its own that no command has to wait for."""

from __future__ import annotations

import os


def detach() -> int:
    """Forks; only the child returns, in a session of its own, with the descriptor for its word.

    The process that was started waits for that word (one byte, its exit status) and ends. So whoever started it knows
    how the start went, reaps it, and is nobody's parent afterwards. A child that ends without a word has failed, and
    is gone by the time the starter hears of it: nobody takes its last moments for a supervisor.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        word = os.read(reading, 1)
        os._exit(word[0] if word else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or 1)
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
