"""How long to wait before an engine that ended is started again, and when to stop trying. Pure."""

from __future__ import annotations

from arriero.runtime.native.options import Limits


class Patience:
    """One per supervisor. An engine that ends before any of them ever served is a wrong set-up, not a crash."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._crashes = 0
        self._ever_served = False

    def after_exit(self, served_s: float | None) -> float | None:
        """Seconds to wait before the next try, None to give up. `served_s`: how long this one served, None if never."""
        self._ever_served |= served_s is not None
        if not self._ever_served:
            return None
        healthy = served_s is not None and served_s >= self._limits.healthy_s
        self._crashes = 1 if healthy else self._crashes + 1
        if self._crashes >= self._limits.crashes:
            return None
        return min(self._limits.backoff_max_s, self._limits.backoff_s * 2.0 ** (self._crashes - 1))
