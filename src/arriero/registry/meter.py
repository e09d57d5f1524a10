"""How far a transfer is: counted by the threads that move bytes, read by whoever reports. Figures never go back."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from arriero.core.progress import Progress
from arriero.registry.values import RemoteLayer

WINDOW_S = 5.0


@dataclass
class _Count:
    total: int
    done: int = 0
    shown: int = 0

    def show(self) -> int:
        self.shown = max(self.shown, self.done)
        return self.shown


class Meter:
    """`done` of a layer may fall when it is fetched again; what is shown waits until it has caught up."""

    def __init__(self, step: str, subject: str, layers: list[RemoteLayer]) -> None:
        self._step, self._subject = step, subject
        self._lock = threading.Lock()
        self._counts = {layer.digest: _Count(layer.size_bytes) for layer in layers}
        self._total = sum(count.total for count in self._counts.values())
        self._current: str | None = None
        self._finished: deque[str] = deque()
        self._samples: deque[tuple[float, int]] = deque()
        self.fetched = 0
        self.reused = 0

    def begin(self, digest: str, done: int) -> None:
        """This layer is being worked on; `done` bytes of it were there."""
        with self._lock:
            self._current = digest
            self._counts[digest].done = done

    def reuse(self, digest: str, count: int) -> None:
        """`count` bytes need not be fetched."""
        self.begin(digest, count)
        with self._lock:
            self.reused += count

    def add(self, digest: str, count: int) -> None:
        """`count` bytes came over the wire."""
        with self._lock:
            self._counts[digest].done += count
            self.fetched += count

    def finish(self, digest: str) -> None:
        with self._lock:
            self._counts[digest].done = self._counts[digest].total
            self._finished.append(digest)

    def reports(self) -> list[Progress]:
        """One report per layer that was finished since the last call, then one for the layer at work."""
        with self._lock:
            self._sample()
            done = [*self._finished]
            self._finished.clear()
            if self._current is not None and self._current not in done:
                done.append(self._current)
            return [self._report(digest) for digest in done]

    def _report(self, digest: str) -> Progress:
        layer = self._counts[digest]
        done = min(sum(count.show() for count in self._counts.values()), self._total)
        params: dict[str, str | int | float] = {
            "digest": digest,
            "layer_done_bytes": min(layer.show(), layer.total),
            "layer_total_bytes": layer.total,
        }
        speed = self._speed()
        if speed:
            params |= {"bytes_per_s": round(speed), "left_s": (self._total - done) / speed}
        return Progress(self._step, self._subject, done, self._total, "bytes", params)

    def _sample(self) -> None:
        now = time.monotonic()
        self._samples.append((now, self.fetched))
        while len(self._samples) > 2 and now - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()

    def _speed(self) -> float:
        (began, before), (now, after) = self._samples[0], self._samples[-1]
        return (after - before) / (now - began) if now - began > 0.2 else 0.0
