"""The HTTP layer's own exception: a request that gets an error status, with the text its client reads.

Invariant: only `api/` raises it. Rooms below raise `core` errors, which `api/errors.py` turns into a Refusal.
"""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """`message` is the text as Ollama words it; each API family wraps it in its own form ({"error": ...} and so on).
    `headers`: what the answer has besides.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.headers = headers or {}

    def __str__(self) -> str:
        return f"{self.status} {self.message}"
