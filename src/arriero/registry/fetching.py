"""One attempt at one layer: connections that each fetch a part at a time, SHA-256 on their heels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from arriero.core.errors import ArrieroError
from arriero.registry.blocks import Blocks
from arriero.registry.control import PullControl
from arriero.registry.disk import disk_errors, disk_fault
from arriero.registry.errors import LayerSizeWrong
from arriero.registry.exchange import Caller, Registry
from arriero.registry.faults import Broken, Fault
from arriero.registry.flow import Flow
from arriero.registry.halt import Halt
from arriero.registry.hashing import hash_while_it_grows
from arriero.registry.meter import Meter
from arriero.registry.partial import Partial
from arriero.registry.parts import Part, completed_bytes
from arriero.registry.patience import Patience
from arriero.registry.source import BlobSource
from arriero.registry.table import Table
from arriero.registry.values import RemoteLayer
from arriero.registry.wire import Answer

RECORD_EVERY_S = 0.5
REFRESH_EVERY_S = 600.0
PROGRESS_BYTES = 1 << 16
WARM_BLOCKS = 24


class Attempt:
    """Fetches what is missing of `partial`; `run` gives the sha256 (hex) of the whole layer.

    Whatever ends it, what arrived is on the disk and counted afterwards.
    """

    def __init__(
        self, layer: RemoteLayer, partial: Partial, registry: Registry, control: PullControl, meter: Meter, halt: Halt
    ) -> None:
        self._layer, self._partial, self._control, self._meter = layer, partial, control, meter
        self._registry, self._settings = registry, registry.settings
        self._source = BlobSource(registry, layer)
        self._halt = halt.child()
        self._table = Table(partial.parts, self._settings.connections, self._halt)
        self._blocks = Blocks(self._settings.connections + WARM_BLOCKS, self._halt)
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def run(self) -> str:
        """Raises ArrieroError, Stopped, or RangeIgnored (then `run_in_one_stream` of another attempt)."""
        return self._run(min(self._settings.connections, self._table.missing), self._fetch_parts)

    def run_in_one_stream(self) -> str:
        """From the first byte to the last on one connection, for a server without ranges."""
        return self._run(1, self._fetch_whole)

    def _run(self, connections: int, fetch: Callable[[Caller], None]) -> str:
        with ThreadPoolExecutor(connections + 2, "registry") as pool:
            for _ in range(connections):
                pool.submit(self._guarded, self._with_caller, fetch)
            pool.submit(self._guarded, self._keep_record)
            hasher = pool.submit(self._guarded, self._hash)
        if self._failure is not None:
            self._record_rest()
            raise self._failure
        return str(hasher.result())

    def _guarded(self, work: Callable[..., object], *arguments: object) -> object:
        """The first failure stops the other threads, and is the one that is told."""
        try:
            return work(*arguments)
        except BaseException as error:  # noqa: BLE001 - raised again by _run, when every thread has ended
            with self._lock:
                self._failure = self._failure or error
            self._halt.stop()
            return None

    def _with_caller(self, fetch: Callable[[Caller], None]) -> None:
        caller = Caller(self._registry, self._halt)
        try:
            fetch(caller)
        finally:
            caller.close()

    def _fetch_parts(self, caller: Caller) -> None:
        while run := self._table.take():
            patience = Patience(self._settings, self._registry.origin.shown)
            size = sum(part.size for part in run)
            while missing := [part for part in run if not part.whole]:
                before = completed_bytes(run)
                try:
                    with self._source.open_range(caller, missing[0].position, run[-1].end) as answer:
                        flow = self._flow(answer)
                        for part in missing:
                            self._receive(flow, part)
                        self._expect_end(answer, run[-1].end)
                except Fault as fault:
                    self._wait(patience, fault, completed_bytes(run) - before, size)
            self._table.done()

    def _fetch_whole(self, caller: Caller) -> None:
        patience, parts = Patience(self._settings, self._registry.origin.shown), self._partial.parts
        while not all(part.whole for part in parts):
            before = completed_bytes(parts)
            try:
                with self._source.open_whole(caller) as answer:
                    self._stream(self._flow(answer))
                    self._expect_end(answer, self._layer.size_bytes)
            except Fault as fault:
                self._wait(patience, fault, completed_bytes(parts) - before, self._layer.size_bytes)

    def _stream(self, flow: Flow) -> None:
        """The whole layer passes by; what is in the file already is passed over."""
        position = 0
        for part in self._partial.parts:
            while position < part.position:
                position += self._pass(flow, part.position - position)
            self._receive(flow, part)
            position = part.end

    def _receive(self, flow: Flow, part: Part) -> None:
        while not part.whole:
            block, kept = self._blocks.get(patient=self._table.hash_bound), False
            try:
                count = self._filled(flow, block[: part.end - part.position])
                self._write(block[:count], part.position)
                self._blocks.keep(block, count, part.position)
                kept = True
            finally:
                if not kept:
                    self._blocks.put(block)
            self._table.arrived(part, count)
            self._meter.add(self._layer.digest, count)
            flow.pace(count)

    def _write(self, data: memoryview, offset: int) -> None:
        try:
            self._partial.write(data, offset)
        except OSError as error:
            missing = self._layer.size_bytes - completed_bytes(self._partial.parts)
            raise disk_fault(self._partial.path, error, missing) from error

    def _pass(self, flow: Flow, most: int) -> int:
        """Bytes that are in the file already."""
        block = self._blocks.get(patient=False)
        try:
            count = self._filled(flow, block[:most])
        finally:
            self._blocks.put(block)
        flow.pace(count)
        return count

    def _filled(self, flow: Flow, block: memoryview) -> int:
        count = flow.fill(block)
        if not count:
            raise Broken("the body ended early")
        return count

    def _expect_end(self, answer: Answer, end: int) -> None:
        """A body of unannounced length may go on after the layer's last byte."""
        if (
            end == self._layer.size_bytes
            and answer.left is None
            and (more := answer.read_some(memoryview(bytearray(1))))
        ):
            raise LayerSizeWrong(self._layer.digest, self._layer.size_bytes, self._layer.size_bytes + more)

    def _flow(self, answer: Answer) -> Flow:
        return Flow(answer, self._control, self._settings, self._halt)

    def _wait(self, patience: Patience, fault: Fault, gained: int, of_bytes: int) -> None:
        """Before the next try. A handful of bytes is no progress: a server could go on like that for ever."""
        progressed = gained >= min(PROGRESS_BYTES, max(1, of_bytes // 100))
        self._halt.wait(patience.wait_s(fault, progressed=progressed))

    def _hash(self) -> str:
        with disk_errors(self._partial.path, 0):
            digest = hash_while_it_grows(self._partial.fd, self._layer.size_bytes, self._table, self._blocks)
        self._table.end()
        return digest

    def _keep_record(self) -> None:
        touched_at = time.monotonic()
        while not self._table.ended:
            counts = self._table.next_to_record(RECORD_EVERY_S)
            if counts:
                self._record(counts)
            if time.monotonic() - touched_at > REFRESH_EVERY_S:
                self._partial.refresh()
                touched_at = time.monotonic()

    def _record(self, counts: list[tuple[Part, int]]) -> None:
        with disk_errors(self._partial.path, 0):
            self._partial.record(counts)
        self._table.recorded(counts)

    def _record_rest(self) -> None:
        """After a failure. That one is told; if the rest cannot be recorded either, it counts as not fetched."""
        counts = self._table.grown()
        if counts and self._partial.trusted:
            with suppress(ArrieroError):
                self._record(counts)
