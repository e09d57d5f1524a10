"""Keys of the gateway: made, kept as a hash, compared.

A key is 256 random bits, so a plain SHA-256 of it cannot be guessed back; a slow hash would only make every request
slow. The key itself is shown once and is nowhere afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from arriero.state.values import StoredKey

PREFIX = "arr-"


def new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def matching(keys: Iterable[StoredKey], offered: str, now: datetime) -> StoredKey | None:
    """The key that is offered, if it holds. How long it takes tells nothing about any key: all are compared."""
    given, found = hash_of(offered), None
    for key in keys:
        if hmac.compare_digest(key.hash, given) and key.holds_at(now):
            found = key
    return found
