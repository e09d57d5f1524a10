"""When to try again and when to give up: exponential backoff with jitter, the server's own wish first."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from arriero.registry.faults import Expired, Fault, Unconnected
from arriero.registry.halt import Halt
from arriero.registry.values import RegistrySettings

T = TypeVar("T")


class Patience:
    """Counts tries in a row that brought nothing; any progress forgives them all."""

    def __init__(self, settings: RegistrySettings, host: str, tries: int | None = None) -> None:
        self._settings, self._host = settings, host
        self._tries = tries or settings.tries
        self._failures = 0

    def wait_s(self, fault: Fault, *, progressed: bool) -> float:
        """Seconds until the next try. Raises what `fault` finally means when this was the last one, or when the server
        asks for a longer wait than we are ready for."""
        self._failures = 1 if progressed else self._failures + 1
        longest = self._settings.longest_wait_s
        if self._failures >= self._tries or (fault.wait_s or 0) > longest:
            raise fault.final(self._host) from fault
        if fault.wait_s is not None and not (isinstance(fault, Expired) and self._failures > 1):
            return fault.wait_s
        jitter: float = random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries, protects nothing
        return min(longest, self._settings.backoff_s * 2.0 ** (self._failures - 1)) * jitter


def persist(patience: Patience, halt: Halt, ask: Callable[[], T]) -> T:
    """What `ask` gives, tried again while there is patience. A host that cannot be reached at all is not asked twice.

    Raises what its last fault means, Stopped, and whatever else `ask` raises.
    """
    while True:
        try:
            return ask()
        except Unconnected as fault:
            raise fault.final(fault.host) from fault
        except Fault as fault:
            halt.wait(patience.wait_s(fault, progressed=False))


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds of a Retry-After header, in both its forms; None when there is none or it makes no sense."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds()) if moment.tzinfo else None
