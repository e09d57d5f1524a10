"""The first bytes of a layer, before anybody decides to download it: what a model says about itself stands there.

Invariant: never more than `limit_bytes` are read, whatever the server sends and whether it knows ranges or not.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.exchange import Caller, Registry
from arriero.registry.faults import Broken, RangeIgnored
from arriero.registry.halt import Halt
from arriero.registry.operation import run
from arriero.registry.patience import Patience, persist
from arriero.registry.source import BlobSource
from arriero.registry.values import RemoteLayer
from arriero.registry.wire import Answer

FIRST_BYTES = 1 << 20
GROWTH = 4
LIMIT_BYTES = 16 << 20

Needed = Callable[[bytes], int]
"""Given what has come: how many bytes there must be at least. Enough is enough: as many as there are."""


async def read_beginning(
    client: RegistryClient, reference: Reference, layer: RemoteLayer, needed: Needed, limit_bytes: int = LIMIT_BYTES
) -> bytes:
    """At least what `needed` asks for, in growing ranges; less where the layer ends or the limit comes first.

    A server that ignores ranges is read from the beginning and left as soon as there is enough. Raises LayerMissing,
    LayerSizeWrong, TransferBroken, TransferStalled, and what connecting can raise.
    """

    def work(halt: Halt) -> bytes:
        registry = Registry(client.network, reference)
        with closing(Caller(registry, halt)) as caller:
            reading = _Reading(BlobSource(registry, layer), caller, needed, min(limit_bytes, layer.size_bytes))
            patience = Patience(client.settings, registry.origin.shown)
            return persist(patience, halt, reading.run)

    return await run(work)


class _Reading:
    """Keeps what has come, so that another try goes on from there."""

    def __init__(self, source: BlobSource, caller: Caller, needed: Needed, limit_bytes: int) -> None:
        self._source, self._caller, self._needed, self._limit = source, caller, needed, limit_bytes
        self._data = bytearray()

    def run(self) -> bytes:
        """Raises a Fault."""
        try:
            while (goal := self._goal()) > len(self._data):
                with self._source.open_range(self._caller, len(self._data), goal) as answer:
                    self._read(answer, goal)
        except RangeIgnored:
            self._read_in_one_stream()
        return bytes(self._data)

    def _read_in_one_stream(self) -> None:
        self._data.clear()
        with self._source.open_whole(self._caller) as answer:
            while (goal := self._goal()) > len(self._data):
                self._read(answer, goal)

    def _goal(self) -> int:
        """How many bytes there should be next; as many as there are when that is enough, or all that may be read."""
        have = len(self._data)
        wanted = self._needed(bytes(self._data)) if have else FIRST_BYTES
        return min(self._limit, max(wanted, have * GROWTH)) if wanted > have else have

    def _read(self, answer: Answer, goal: int) -> None:
        block = memoryview(bytearray(1 << 16))
        while len(self._data) < goal:
            count = answer.read_some(block[: goal - len(self._data)])
            if not count:
                raise Broken("the body ended early")
            self._data += block[:count]
