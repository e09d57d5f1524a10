"""Arriero's block in `.env`, which Compose reads beside its files. Pure text; what stands outside is the user's.

Invariant: a block that was changed by hand is known by its seal, and what stands outside is kept byte for byte.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Set

_BEGIN = "# >>> arriero: settings go into arriero.toml, lines of your own above or below. sha256 of the block: "
_END = "# <<< arriero\n"
_BLOCK = re.compile(re.escape(_BEGIN) + r"([0-9a-f]{64})\n(.*?)" + re.escape(_END), re.DOTALL)
_ASSIGNS = re.compile(r"^\s*(?:export\s+)?(\w+)\s*[=:]", re.MULTILINE)


def with_block(text: str, values: Mapping[str, str]) -> str:
    """`text` with these values as its block, in place of the one it has; at its end when it has none."""
    body = "".join(f"{name}={quoted(value)}\n" for name, value in values.items())
    block = f"{_BEGIN}{_digest(body)}\n{body}{_END}"
    if _BLOCK.search(text):
        return _BLOCK.sub(lambda _: block, text)
    return text + ("\n" if text and not text.endswith("\n") else "") + block


def is_untouched(text: str, names: Set[str]) -> bool:
    """Whether the block, if there is one, is as it was written, and none of `names` is set outside of it."""
    found = _BLOCK.findall(text)
    outside = _BLOCK.sub("", text)
    if _BEGIN in outside or len(found) > 1 or not names.isdisjoint(_ASSIGNS.findall(outside)):
        return False
    return all(digest == _digest(body) for digest, body in found)


def quoted(value: str) -> str:
    """As Compose reads it back (compose-go, dotenv): bare, literal in single quotes, else escaped in double ones."""
    if re.fullmatch(r"[\w./:@,+-]*", value):
        return value
    if "'" not in value:
        return f"'{value}'"
    return '"' + re.sub(r'([\\"$])', r"\\\1", value) + '"'


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
