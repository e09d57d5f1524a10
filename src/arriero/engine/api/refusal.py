"""The HTTP layer's own exception: a request that gets an error status, with the text its client reads.

Invariant: only `api/` raises it. Rooms below raise `core` errors, which `api/errors.py` turns into a Refusal.
"""

from __future__ import annotations


class Refusal(Exception):
    """`message` is the text as Ollama words it; each API family wraps it in its own form ({"error": ...} and so on)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return f"{self.status} {self.message}"
