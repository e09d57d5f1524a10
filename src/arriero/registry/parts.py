"""The part table of a layer on its way: Ollama's own JSON, so that either side can resume. Pure.

Facts (Ollama 0.33, server/download.go, and seen on a running one): beside a sparse `-partial` of full length lies one
`-partial-N` per part, N from 0 without gaps: `{"N":0,"Offset":0,"Size":98362432,"Completed":25382437}` and a newline.
`Completed` counts from the part's beginning. Ollama reads parts of any size and any number of them.
Invariant of a table: parts in order, without gap or overlap, from 0 to the layer's size.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_PARTS = 10_000
MAX_JSON_BYTES = 1000


@dataclass
class Part:
    """A range of a layer. `completed` bytes of it are there, counted from its beginning."""

    n: int
    offset: int
    size: int
    completed: int = 0

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def position(self) -> int:
        """Where the next byte goes."""
        return self.offset + self.completed

    @property
    def whole(self) -> bool:
        return self.completed == self.size


def plan_parts(total: int, least: int, most: int) -> list[Part]:
    """Equal parts of at least `least` bytes and at most `most` of them; the last one takes what is left."""
    size = max(least, -(-total // most))
    return [Part(n, offset, min(size, total - offset)) for n, offset in enumerate(range(0, total, size))]


def encode_part(part: Part, completed: int) -> bytes:
    fields = {"N": part.n, "Offset": part.offset, "Size": part.size, "Completed": completed}
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def decode_part(data: bytes) -> Part:
    """Raises ValueError when it is none that could belong to a table."""
    fields = json.loads(data)
    if not isinstance(fields, dict):
        raise ValueError("not an object")  # noqa: TRY004 - callers read one exception: this is no part
    numbers = [fields.get(key) for key in ("N", "Offset", "Size", "Completed")]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("not four numbers")
    part = Part(*(int(number) for number in numbers if number is not None))
    if part.n >= MAX_PARTS or part.completed > part.size:
        raise ValueError("out of bounds")
    return part


def assemble(found: list[Part], total: int) -> list[Part] | None:
    """The table that these parts make for a layer of `total` bytes, or None when they make none.

    A part that is not among them (its file was lost or empty after a power loss) counts as not begun, where its place
    is certain because all parts but the last are of one size, as both Ollama and `plan_parts` cut them.
    """
    if not found:
        return [] if total == 0 else None
    size = max(part.size for part in found)
    count = -(-total // size) if size else 0
    if count > MAX_PARTS:
        return None
    known = {part.n: part for part in found}
    table = [known.pop(n, Part(n, n * size, min(size, total - n * size))) for n in range(count)]
    contiguous = all(
        part.offset == previous for part, previous in zip(table, [0, *(p.end for p in table)], strict=False)
    )
    return table if not known and contiguous and table and table[-1].end == total else None


def frontier(parts: list[Part], start: int = 0) -> tuple[int, int]:
    """How far the bytes are there without a gap, and the index of the part in which that ends; begins to look at index
    `start`, before which all is whole."""
    for index in range(start, len(parts)):
        if not parts[index].whole:
            return parts[index].position, index
    return (parts[-1].end if parts else 0), len(parts)


def completed_bytes(parts: list[Part]) -> int:
    return sum(part.completed for part in parts)
