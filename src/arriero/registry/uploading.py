"""One blob into a registry: not at all where it is there, mounted where a neighbour has it, else sent in parts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from arriero.core.ids import Reference
from arriero.registry.addresses import follow
from arriero.registry.control import PullControl
from arriero.registry.disk import disk_errors
from arriero.registry.errors import LayerSizeWrong
from arriero.registry.exchange import Caller
from arriero.registry.faults import Broken, Fault
from arriero.registry.meter import Meter
from arriero.registry.patience import Patience, persist
from arriero.registry.values import RemoteLayer
from arriero.registry.wire import Answer

T = TypeVar("T")
READ_BYTES = 1 << 17
SLOWEST_COMMIT_BYTES_PER_S = 10_000_000  # a registry hashes the whole layer before it answers the last PUT
_RECEIVED = re.compile(r"(?:bytes=)?0-([1-9]\d*)")


class Upload:
    """`run` returns when the registry has the blob, verified by itself."""

    def __init__(self, layer: RemoteLayer, path: Path, caller: Caller, meter: Meter, control: PullControl) -> None:
        self._layer, self._path, self._caller, self._meter, self._control = layer, path, caller, meter, control
        self._registry, self._settings = caller.registry, caller.registry.settings
        self._base = f"{self._registry.base}/blobs"

    def run(self) -> None:
        """Raises ArrieroError, Stopped."""
        digest = self._layer.digest
        self._meter.begin(digest, 0)
        location = None if self._persist(self._exists) else self._persist(self._begin)
        if location is None:
            self._meter.reuse(digest, self._layer.size_bytes)
        else:
            with disk_errors(self._path, 0):
                fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                self._send(fd, location)
            finally:
                os.close(fd)
        self._meter.finish(digest)

    def _persist(self, ask: Callable[[], T]) -> T:
        return persist(self._patience(), self._caller.halt, ask)

    def _patience(self) -> Patience:
        return Patience(self._settings, self._registry.origin.shown)

    def _exists(self) -> bool:
        with self._caller.open("HEAD", f"{self._base}/{self._layer.digest}", {}) as answer:
            if answer.status not in (200, 404):
                raise self._caller.refusal(answer)
            return answer.status == 200

    def _begin(self) -> str | None:
        """Where to send it, None when it was mounted from a neighbour."""
        neighbour = _neighbour(self._layer.origin, self._registry.reference)
        query = f"?{urlencode({'mount': self._layer.digest, 'from': neighbour})}" if neighbour else ""
        with self._caller.open("POST", f"{self._base}/uploads/{query}", {}, b"") as answer:
            if answer.status == 201:
                return None
            return self._next(answer)

    def _send(self, fd: int, location: str | None) -> None:
        """Parts one after another, then the commit; what the registry has of a broken one is not sent again."""
        with disk_errors(self._path, 0):
            size = os.fstat(fd).st_size
        if size != self._layer.size_bytes:
            raise LayerSizeWrong(self._layer.digest, self._layer.size_bytes, size)
        patience, sent, failed_at = self._patience(), 0, 0
        while location is not None and sent < size:
            end = min(size, sent + self._settings.upload_part_bytes)
            try:
                location, sent = self._patch(fd, location, sent, end), end
            except Fault as fault:
                self._caller.halt.wait(patience.wait_s(fault, progressed=sent > failed_at))
                failed_at = sent
                location, sent = self._persist(partial(self._resume, location))
                self._meter.begin(self._layer.digest, sent)
        if location is not None:
            self._persist(partial(self._commit, location))

    def _patch(self, fd: int, location: str, start: int, end: int) -> str:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"{start}-{end - 1}",
            "Content-Length": str(end - start),
        }
        with self._caller.open("PATCH", location, headers, self._blocks(fd, start, end)) as answer:
            if answer.status == 401:
                raise Broken("the token ran out")  # asking how far we are answers the challenge
            return self._next(answer)

    def _blocks(self, fd: int, start: int, end: int) -> Iterator[bytes]:
        while start < end:
            block = os.pread(fd, min(READ_BYTES, end - start), start)
            if not block:
                raise Broken("the file is shorter than it was")
            yield block
            start += len(block)
            self._meter.add(self._layer.digest, len(block))
            self._control.take(len(block), self._caller.halt)

    def _resume(self, location: str) -> tuple[str | None, int]:
        """How far the registry is; an upload of which it knows no more is begun again."""
        with self._caller.open("GET", location, {}) as answer:
            found = _RECEIVED.fullmatch(answer.headers.get("Range", "").strip())
            if answer.status == 204 and found:
                return self._location(answer), int(found[1]) + 1
        return self._begin(), 0

    def _commit(self, location: str) -> None:
        joint = "&" if urlsplit(location).query else "?"
        within_s = max(self._settings.answer_s, self._layer.size_bytes / SLOWEST_COMMIT_BYTES_PER_S)
        url = f"{location}{joint}{urlencode({'digest': self._layer.digest})}"
        try:
            with self._caller.open("PUT", url, {}, b"", within_s) as answer:
                if answer.status not in (200, 201, 204):
                    raise self._caller.refusal(answer)
        except Broken:
            if not self._exists():  # the answer was lost, not the commit
                raise

    def _next(self, answer: Answer) -> str:
        if answer.status != 202:
            raise self._caller.refusal(answer)
        return self._location(answer)

    def _location(self, answer: Answer) -> str:
        return follow(answer.url, answer.headers.get("Location"), self._settings.insecure_hosts)


def _neighbour(origin: str | None, reference: Reference) -> str | None:
    """The repository in the same registry that a layer came from, as `from` of the manifest names it."""
    try:
        named = Reference.parse(origin or "")
    except ValueError:
        return None
    return f"{named.namespace}/{named.model}" if named.host == reference.host else None
