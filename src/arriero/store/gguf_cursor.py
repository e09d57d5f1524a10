"""Reads the primitives of a GGUF header, one after the other, and never past a limit.

Invariant: every length that the file states is compared with a fixed limit and with the bytes that remain before
anything of that length is read or kept, so that a hostile header costs no more memory than an honest one.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from arriero.store.errors import GgufHostile, GgufMalformed, GgufTruncated

MAX_KEY_BYTES = 65_535  # the GGUF specification's own limit for keys


@dataclass(frozen=True)
class Scalar:
    """A value type of fixed size: its `struct` format and bytes."""

    name: str
    format: str
    size: int


SCALARS: dict[int, Scalar] = {
    0: Scalar("uint8", "<B", 1),
    1: Scalar("int8", "<b", 1),
    2: Scalar("uint16", "<H", 2),
    3: Scalar("int16", "<h", 2),
    4: Scalar("uint32", "<I", 4),
    5: Scalar("int32", "<i", 4),
    6: Scalar("float32", "<f", 4),
    7: Scalar("bool", "<?", 1),
    10: Scalar("uint64", "<Q", 8),
    11: Scalar("int64", "<q", 8),
    12: Scalar("float64", "<d", 8),
}
STRING, ARRAY = 8, 9
_BLOCK = 1 << 20
_MANY, _SHORT_BYTES = 256, 64
_U64 = struct.Struct("<Q")
_FLOAT32_MAX = 3.4028234663852886e38


class Cursor:
    """`offset` is where in the file it stands; nothing before it is read twice."""

    def __init__(self, source: BinaryIO, path: Path, size_bytes: int, limit_bytes: int) -> None:
        self.path = path
        self.offset = 0
        self._source = source
        self._size_bytes = size_bytes
        self.limit_bytes = limit_bytes

    def take(self, count: int) -> bytes:
        """The next `count` bytes. Raises GgufHostile past the limit, GgufTruncated past the end of the file."""
        self.require(count)
        data = self._source.read(count)
        if len(data) < count:  # it shrank while we read
            raise GgufTruncated(self.path, self.offset + len(data), self.offset + count)
        self.offset += count
        return data

    def require(self, count: int) -> None:
        """That `count` more bytes of header may follow and do."""
        end = self.offset + count
        if end > self.limit_bytes:
            raise GgufHostile(self.path, "header_bytes", end, self.limit_bytes)
        if end > self._size_bytes:
            raise GgufTruncated(self.path, self._size_bytes, end)

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "little")

    def count(self, what: str, limit: int, unit_bytes: int) -> int:
        """A count of things that take at least `unit_bytes` each. Raises GgufHostile beyond `limit`."""
        count = self.u64()
        if count > limit:
            raise GgufHostile(self.path, what, count, limit)
        self.require(count * unit_bytes)
        return count

    def text(self, what: str, limit: int) -> str:
        """A string. Bytes that are not UTF-8 become U+FFFD, as they do in Go's JSON."""
        return self.take(self.count(what, limit, 1)).decode("utf-8", "replace")

    def scalar(self, kind: Scalar) -> int | float | bool:
        """A number or truth value; float32 as the shortest decimal that means it (1e-05, not 9.99e-06)."""
        value: int | float | bool = struct.unpack(kind.format, self.take(kind.size))[0]
        return shortest_float32(value) if kind.name == "float32" else value

    def skip(self, count: int) -> None:
        """Passes over `count` bytes without reading them."""
        self.require(count)
        self.offset = self._source.seek(count, 1)

    def skip_texts(self, count: int) -> None:
        """Passes over `count` strings: a tokenizer has some hundred thousand, so they are walked in large blocks."""
        end = min(self._size_bytes, self.limit_bytes)
        while count:
            self._source.seek(self.offset)
            block = self._source.read(max(0, min(_BLOCK, end - self.offset)))
            passed, length = _walk(block, count)
            self.require(length if passed else 8)
            self.offset += length
            count -= passed
        self._source.seek(self.offset)

    def malformed(self, what: str, value: object) -> GgufMalformed:
        return GgufMalformed(self.path, what, str(value))


def _walk(block: bytes, count: int) -> tuple[int, int]:
    """How many of `count` strings begin in the block with their whole length, and where the last of them ends."""
    at, passed, many, unpack = 0, 0, _many_texts().match, _U64.unpack_from
    try:
        while passed < count:
            if count - passed >= _MANY and (found := many(block, at)):
                at, passed = found.end(), passed + _MANY
                continue
            for passed in range(passed, min(count, passed + _MANY)):  # noqa: B007, B020 - how far it came is the answer
                at += 8 + unpack(block, at)[0]
            passed += 1
    except (struct.error, OverflowError):
        return passed, at
    return count, at


@cache
def _many_texts() -> re.Pattern[bytes]:
    """_MANY strings of up to _SHORT_BYTES, one behind the other, likely lengths first: three times as fast as a loop,
    and a plan waits for 300,000 of them. A length is a little-endian 64-bit number: one byte that counts, seven zeros.
    """
    likely = sorted(range(_SHORT_BYTES + 1), key=lambda length: abs(length - 6.5))
    texts = (re.escape(bytes([length])) + rb"\0\0\0\0\0\0\0.{%d}+" % length for length in likely)
    return re.compile(b"(?s:" + b"|".join(texts) + b"){%d}+" % _MANY)


def shortest_float32(value: float) -> float:
    """What Go and JavaScript print for a 32-bit float: the fewest digits that read back as the same 32 bits."""
    if not math.isfinite(value):
        return value
    packed = struct.pack("<f", value)
    for digits in (6, 7, 8):
        candidate = float(f"{value:.{digits}g}")
        if abs(candidate) <= _FLOAT32_MAX and struct.pack("<f", candidate) == packed:
            return candidate
    return float(f"{value:.9g}")
