"""Faults inside a transfer that may pass: another try can heal them. None of them leaves this room.

Each knows what it becomes when patience ends (`final`), so that whoever gives up needs no table.
"""

from __future__ import annotations

from arriero.core.errors import ArrieroError
from arriero.registry.errors import (
    RegistryDenied,
    RegistryRefused,
    RegistryUnreachable,
    TransferBroken,
    TransferStalled,
)


class Stopped(Exception):
    """Somebody stopped this operation: the user, or a sibling connection that failed for good."""


class RangeIgnored(Exception):
    """The server sends everything whatever range it is asked for: fetch in one stream."""


class Fault(Exception):
    """`wait_s`: the server's own wish (Retry-After); None: the usual backoff."""

    wait_s: float | None = None

    def final(self, host: str) -> ArrieroError:
        raise NotImplementedError


class Broken(Fault):
    """Reset, cut short, unreadable, timed out."""

    def final(self, host: str) -> ArrieroError:
        return TransferBroken(host, str(self))


class Unconnected(Fault):
    """No connection to `host`: name, route, port or proxy."""

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(detail)
        self.host = host

    def final(self, host: str) -> ArrieroError:  # noqa: ARG002 - it may have been another host than the registry's
        return RegistryUnreachable(self.host, str(self))


class Stalled(Fault):
    """Too little came for too long."""

    def __init__(self, waited_s: float) -> None:
        super().__init__(f"stalled for {waited_s:g} s")
        self.waited_s = waited_s

    def final(self, host: str) -> ArrieroError:
        return TransferStalled(host, self.waited_s)


class Busy(Fault):
    """429, 408 and 5xx."""

    def __init__(self, status: int, detail: str, wait_s: float | None) -> None:
        super().__init__(f"{status} {detail}")
        self.status, self.detail, self.wait_s = status, detail, wait_s

    def final(self, host: str) -> ArrieroError:
        return RegistryRefused(host, self.status, self.detail)


class Expired(Fault):
    """The direct URL that a redirect gave is not good any more: ask the registry for another, without waiting."""

    wait_s = 0.0

    def __init__(self, status: int) -> None:
        super().__init__(f"direct URL answered {status}")
        self.status = status

    def final(self, host: str) -> ArrieroError:
        return RegistryDenied(host, self.status)
