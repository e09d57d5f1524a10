"""Where the bytes of one layer come from: the registry's blob URL, or the direct URL that it redirected to.

Facts (Ollama 0.33, server/download.go): registry.ollama.ai redirects to a signed URL on another host that expires. A
stock registry answers 200 or 206 itself. A direct URL is kept for all connections, and given up when it is refused.
"""

from __future__ import annotations

import re
import threading

from arriero.registry.addresses import origin_of
from arriero.registry.errors import LayerMissing, LayerSizeWrong, NotARegistry
from arriero.registry.exchange import Caller, Registry
from arriero.registry.faults import Broken, Expired, RangeIgnored
from arriero.registry.values import RemoteLayer
from arriero.registry.wire import Answer

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_EXPIRED = (400, 401, 403, 404, 410)


class BlobSource:
    """Shared by all connections that fetch one layer."""

    def __init__(self, registry: Registry, layer: RemoteLayer) -> None:
        self._registry, self._layer = registry, layer
        self._url = f"{registry.base}/blobs/{layer.digest}"
        self._lock = threading.Lock()
        self._direct: str | None = None

    def open_range(self, caller: Caller, start: int, end: int) -> Answer:
        """An answer that begins at byte `start` of the layer and goes no further than `end`.

        Raises RangeIgnored when the server sends it all from the beginning though that was not asked for, Fault,
        LayerSizeWrong when the server's layer has another size than the manifest promised, and the refusals.
        """
        if start == 0 and end == self._layer.size_bytes:
            return self.open_whole(caller)
        answer = self._open(caller, {"Range": f"bytes={start}-{end - 1}"})
        with _closed_on_error(answer):
            if answer.status == 200:
                self._check_offer(answer, answer.left)
                raise RangeIgnored
            self._check_range(answer, start, end)
        return answer

    def open_whole(self, caller: Caller) -> Answer:
        """The layer from its first byte. Raises as open_range does."""
        answer = self._open(caller, {})
        with _closed_on_error(answer):
            if answer.status != 200:
                raise caller.refusal(answer)
            self._check_offer(answer, answer.left)
        return answer

    def _open(self, caller: Caller, headers: dict[str, str]) -> Answer:
        with self._lock:
            direct = self._direct
        answer = caller.open("GET", direct or self._url, headers)
        with _closed_on_error(answer):
            self._check_status(caller, answer, direct)
        if origin_of(answer.url) != self._registry.origin:
            with self._lock:
                self._direct = answer.url
        return answer

    def _check_status(self, caller: Caller, answer: Answer, direct: str | None) -> None:
        if answer.status in (200, 206):
            return
        if answer.status == 416:
            self._check_offer(answer, _offered(answer.headers.get("Content-Range")))
        if answer.status in _EXPIRED and origin_of(answer.url) != self._registry.origin:
            with self._lock:
                self._direct = None if self._direct == direct else self._direct
            raise Expired(answer.status)
        if answer.status == 404:
            raise LayerMissing(self._registry.origin.shown, self._layer.digest)
        raise caller.refusal(answer)

    def _check_offer(self, answer: Answer, offered: int | None) -> None:
        if offered is None or offered == self._layer.size_bytes:
            return
        if answer.headers.get_content_type() == "text/html":
            raise NotARegistry(origin_of(answer.url).shown, "text/html")
        raise LayerSizeWrong(self._layer.digest, self._layer.size_bytes, offered)

    def _check_range(self, answer: Answer, start: int, end: int) -> None:
        found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if not found:
            raise Broken("206 without a Content-Range")
        first, last, whole = found.groups()
        self._check_offer(answer, None if whole == "*" else int(whole))
        if int(first) != start or int(last) >= end or (answer.left is not None and answer.left > end - start):
            raise Broken(f"asked for {start}-{end - 1}, offered {first}-{last} in {answer.left} bytes")


def _offered(content_range: str | None) -> int | None:
    """The layer's size as a 416 names it: `bytes */1234`."""
    _, _, size = (content_range or "").rpartition("/")
    return int(size) if size.isascii() and size.isdecimal() else None


class _closed_on_error:  # noqa: N801 - reads as the statement that it is
    """Closes the answer when the block raises."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._answer.close()
