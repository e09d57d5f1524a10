"""What may yet become a tag: the end of a text that is the beginning of one."""

from __future__ import annotations

GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""Go's unicode.IsSpace; Python's own set has four control characters more."""


def begins_at(text: str, tag: str) -> int:
    """Where the longest end of `text` that begins `tag` starts; len(text) when none does."""
    for size in range(min(len(text), len(tag)), 0, -1):
        if text.endswith(tag[:size]):
            return len(text) - size
    return len(text)
