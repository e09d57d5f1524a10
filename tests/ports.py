"""Ports on 127.0.0.1 for the services of tests.

Invariant: they lie below those that the kernel gives to outgoing connections (32768 on, `ip_local_port_range`), else a
client of another test could sit on one between its choice and its use; no process of this run is given another's.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterable, Iterator

_FIRST, _PER_PROCESS = 12000, 2500


def _mine() -> Iterator[int]:
    """Each process of a run has a part of the range, and begins anywhere in it: another run may be at work."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    first, begin = _FIRST + number * _PER_PROCESS, random.randrange(_PER_PROCESS)
    while True:
        yield first + begin % _PER_PROCESS
        begin += 1


_ports = _mine()


def free_port() -> int:
    """One that nobody listens on now and that this process has not been given before."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: what has ended is no hindrance
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("the range has no end")


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """One for each name."""
    return {name: free_port() for name in names}
