"""One layer from a registry into a `blobs/` folder: by us, or by another process that is already at it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from arriero.registry.control import PullControl
from arriero.registry.disk import disk_errors
from arriero.registry.errors import LayerCorrupt
from arriero.registry.exchange import Registry
from arriero.registry.faults import RangeIgnored
from arriero.registry.fetching import Attempt
from arriero.registry.halt import Halt
from arriero.registry.meter import Meter
from arriero.registry.partial import Partial, arrived_bytes
from arriero.registry.values import RemoteLayer

FOLLOW_EVERY_S = 0.2


class LayerPull:
    """`run` returns when the layer lies under its final name, verified."""

    def __init__(
        self, layer: RemoteLayer, blobs: Path, registry: Registry, control: PullControl, meter: Meter, halt: Halt
    ) -> None:
        self._layer, self._final = layer, blobs / layer.file_name
        self._registry, self._control, self._meter, self._halt = registry, control, meter, halt

    def run(self, *, trusted: bool) -> None:
        """A file of the right size under the final name is believed when `trusted`. Raises ArrieroError, Stopped."""
        self._meter.begin(self._layer.digest, 0)
        while not (trusted and self.there()):
            partial = Partial.claim(self._final, self._layer.size_bytes, self._registry.settings)
            if partial is not None:
                return self._work(partial, trusted)
            self._meter.begin(self._layer.digest, arrived_bytes(self._final, self._layer.size_bytes))
            self._halt.wait(FOLLOW_EVERY_S)
        return self._reuse()

    def there(self) -> bool:
        with disk_errors(self._final, 0):
            try:
                return self._final.stat().st_size == self._layer.size_bytes
            except FileNotFoundError:
                return False

    def _work(self, partial: Partial, trusted: bool) -> None:
        with closing(partial):
            if trusted and self.there():  # its owner finished while we were claiming
                partial.discard()
                self._reuse()
            else:
                self._fetch(partial)

    def _fetch(self, partial: Partial) -> None:
        self._meter.reuse(self._layer.digest, partial.arrived)
        wanted = self._layer.digest.removeprefix("sha256:")
        if self._attempt(partial) != wanted:  # which byte is wrong cannot be known: all of it, once more
            with disk_errors(self._final, self._layer.size_bytes):
                partial.plan(self._registry.settings)
            self._meter.begin(self._layer.digest, 0)
            got = self._attempt(partial)
            if got != wanted:
                partial.discard()
                raise LayerCorrupt(self._layer.digest, f"sha256:{got}")
        partial.finish()
        self._meter.finish(self._layer.digest)

    def _attempt(self, partial: Partial) -> str:
        parts = (self._layer, partial, self._registry, self._control, self._meter, self._halt)
        try:
            return Attempt(*parts).run()
        except RangeIgnored:
            return Attempt(*parts).run_in_one_stream()

    def _reuse(self) -> None:
        self._meter.reuse(self._layer.digest, self._layer.size_bytes)
        self._meter.finish(self._layer.digest)
