"""How an operation ends before its time: the threads that work on it block in sockets, so the sockets are shut.

Invariant: after `stop()` no thread stays in a wait or in a guarded socket; it leaves with Stopped. `tick()` must be
called several times a second by whoever waits for the operation: deadlines are kept by it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from arriero.registry.faults import Fault, Stalled, Stopped


class Halt:
    """The stop of one operation. A child stops with its parent, a parent goes on without its child."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._children: list[Halt] = []
        self._due: dict[socket.socket, float | None] = {}
        self._overdue: set[socket.socket] = set()

    def child(self) -> Halt:
        halt = Halt()
        with self._lock:
            self._children.append(halt)
        if self.stopped:
            halt.stop()
        return halt

    @property
    def stopped(self) -> bool:
        return self._event.is_set()

    def stop(self) -> None:
        self._event.set()
        with self._lock:
            children, sockets = list(self._children), list(self._due)
        for child in children:
            child.stop()
        for sock in sockets:
            _shut(sock)

    def check(self) -> None:
        """Raises Stopped after `stop()`."""
        if self.stopped:
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Sleeps; raises Stopped as soon as it is stopped."""
        if self._event.wait(seconds):
            raise Stopped

    def tick(self) -> None:
        """Shuts the sockets whose deadline has passed."""
        now = time.monotonic()
        with self._lock:
            late = [sock for sock, due in self._due.items() if due is not None and due < now]
            self._overdue.update(late)
            children = list(self._children)
        for sock in late:
            _shut(sock)
        for child in children:
            child.tick()

    @contextlib.contextmanager
    def guard(self, sock: socket.socket, seconds: float | None = None) -> Iterator[None]:
        """For as long as the block uses `sock`. Raises Stopped, or Stalled when it took longer than `seconds`."""
        with self._lock:
            self._due[sock] = None if seconds is None else time.monotonic() + seconds
        try:
            self.check()
            yield
        except (Fault, OSError):
            self._explain(sock, seconds)
            raise
        else:
            self._explain(sock, seconds)
        finally:
            with self._lock:
                self._due.pop(sock, None)
                self._overdue.discard(sock)

    def _explain(self, sock: socket.socket, seconds: float | None) -> None:
        """What looks like a broken or an ended connection may be our own doing."""
        self.check()
        with self._lock:
            overdue = sock in self._overdue
        if overdue:
            raise Stalled(seconds or 0.0)


def _shut(sock: socket.socket) -> None:
    """Wakes whoever blocks in it. Past SSLSocket's own shutdown, which would pull the TLS state from under a reader."""
    with contextlib.suppress(OSError):  # it is not connected any more: nobody blocks in it
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
