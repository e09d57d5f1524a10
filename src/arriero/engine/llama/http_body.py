"""The two framings in which the child sends a body, taken apart byte by byte as it arrives. Pure, no IO.

Source: RFC 9112 for the chunks, the WHATWG's server-sent events for the rest; only as much of both as llama.cpp's
server (cpp-httplib) uses: no trailers, `data: ` lines only, one JSON value each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Head:
    """An answer's first lines. `length`: bytes of its body, None when it comes in chunks or until the end."""

    status: int
    chunked: bool
    length: int | None


def parse_head(data: bytes) -> Head:
    """`data`: everything up to the blank line. Raises ValueError when it is no HTTP answer."""
    first, *lines = data.decode("latin-1").split("\r\n")
    protocol, status, *_ = first.split(" ", 2)
    if not protocol.startswith("HTTP/1."):
        raise ValueError(first)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    chunked = headers.get("transfer-encoding", "").lower() == "chunked"
    length = headers.get("content-length")
    return Head(int(status), chunked, int(length) if length and not chunked else None)


class Chunks:
    """Undoes the chunked framing. `finished` once the last chunk was seen."""

    def __init__(self) -> None:
        self._pending = b""
        self.finished = False

    def feed(self, data: bytes) -> bytes:
        """The bytes of every whole chunk that is there now. Raises ValueError when the framing is broken."""
        pending = self._pending + data
        out: list[bytes] = []
        at = 0
        while not self.finished:
            line_end = pending.find(b"\r\n", at)
            if line_end < 0:
                break
            size = int(pending[at:line_end].split(b";", 1)[0], 16)
            end = line_end + 2 + size
            if len(pending) < end + 2:
                break
            out.append(pending[line_end + 2 : end])
            self.finished = size == 0
            at = end + 2
        self._pending = pending[at:]
        return b"".join(out)


class Events:
    """Undoes server-sent events."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The JSON of every whole event that is there now. Raises ValueError when one is no JSON."""
        *whole, self._pending = (self._pending + data).split(b"\n\n")
        return [self._event(block) for block in whole if not block.startswith(b":")]

    def _event(self, block: bytes) -> dict[str, Any]:
        name, _, text = block.strip().partition(b": ")
        value = json.loads(text)
        if name == b"error" or not isinstance(value, dict):  # how llama.cpp tells that it failed in mid-stream
            return {"error": value}
        return value
