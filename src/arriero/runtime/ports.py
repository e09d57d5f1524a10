"""Whether a port can be listened on, and who has it when it cannot."""

from __future__ import annotations

import errno
import re
import socket
from pathlib import Path

from arriero.runtime import proc
from arriero.runtime.backend import PortHolder
from arriero.runtime.errors import PortTaken, PortUnusable

# /proc/PID/cgroup of a container's process: .../docker-<id>.scope (cgroup 2), /docker/<id> (1), libpod-<id> (Podman)
_CONTAINER = re.compile(r"(?:docker|libpod)[-/]([0-9a-f]{12})[0-9a-f]{52}")


def require_free(host: str, port: int) -> None:
    """Asks the kernel by binding. Raises PortTaken with the holder, PortUnusable for an address that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT is not in the way
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise taken(holder(port) or PortHolder(port, 0, "?")) from error
            raise PortUnusable(host, port, error.strerror or str(error)) from error


def taken(who: PortHolder) -> PortTaken:
    return PortTaken(who.port, who.pid or None, who.process if who.pid else None, who.container)


def holder(port: int) -> PortHolder | None:
    """Who listens on the port, as far as this user may see; None when nobody does."""
    return holder_of(port, proc.listeners(port))


def holder_of(port: int, inodes: set[int]) -> PortHolder | None:
    """`inodes`: of the sockets that listen there."""
    if not inodes:
        return None
    pid = next((pid for pid in proc.every_pid() if not proc.sockets(pid).isdisjoint(inodes)), None)
    if pid is None:
        return _docker_proxy(port) or PortHolder(port, 0, "?")
    return PortHolder(port, pid, _name(pid), _container(pid))


def _docker_proxy(port: int) -> PortHolder | None:
    """Docker publishes a port through a root process whose sockets are hidden but whose command line is not."""
    for pid in proc.every_pid():
        seen = proc.facts(pid)
        if seen and seen.command and Path(seen.command[0]).name == "docker-proxy":
            given = dict(zip(seen.command[1::2], seen.command[2::2], strict=False))
            if given.get("-host-port") == str(port):
                return PortHolder(port, pid, "docker-proxy", given.get("-container-ip"))
    return None


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "?"


def _container(pid: int) -> str | None:
    try:
        found = _CONTAINER.search(Path(f"/proc/{pid}/cgroup").read_text())
    except OSError:
        return None
    return found.group(1) if found else None
