"""Names: slot ids and Ollama model references.

Rules of a reference as Ollama 0.33 has them (types/model/name.go): `[host/][namespace/]model[:tag]`, defaults
registry.ollama.ai / library / latest; each part starts with a letter, digit or `_` and goes on with those, `-` and `.`
(no `.` in a namespace); 1..80 characters, a host up to 350 and it may hold a port. What a `/` or `:` promises must be
there, and a scheme is passed over where a whole `host/namespace/model` follows it. Nothing here touches the disk, and
no valid reference can leave a folder: `.` and `..` are refused by the first-character rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_HOST = "registry.ollama.ai"
DEFAULT_NAMESPACE = "library"
DEFAULT_TAG = "latest"

_SLOT = re.compile(r"[a-z][a-z0-9-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}", re.ASCII)
_NAMESPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}", re.ASCII)


def is_slot_id(text: str) -> bool:
    """Slot ids are service, file and unit names too, hence so narrow."""
    return _SLOT.fullmatch(text) is not None


@dataclass(frozen=True, order=True)
class Reference:
    """A model's name with every part filled in. `str()` gives Ollama's shortest spelling, always with the tag."""

    host: str
    namespace: str
    model: str
    tag: str

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Raises ValueError with the offending text when Ollama would call it an invalid model name."""
        head, slash, last = text.rpartition("/")
        model, colon, tag = last.partition(":")
        above, further, namespace = head.rpartition("/")
        name = cls(
            host=above.split("://", 1)[-1] if further else DEFAULT_HOST,
            namespace=namespace if slash else DEFAULT_NAMESPACE,
            model=model,
            tag=tag if colon else DEFAULT_TAG,
        )
        if not name.valid:
            raise ValueError(text)
        return name

    @property
    def valid(self) -> bool:
        return (
            _HOST.fullmatch(self.host) is not None
            and _NAMESPACE.fullmatch(self.namespace) is not None
            and _PART.fullmatch(self.model) is not None
            and _PART.fullmatch(self.tag) is not None
        )

    @property
    def full(self) -> str:
        """All four parts: registry.ollama.ai/library/qwen2.5-coder:7b-instruct-q4_K_M."""
        return f"{self.host}/{self.namespace}/{self.model}:{self.tag}"

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """The path below `manifests/`."""
        return (self.host, self.namespace, self.model, self.tag)

    def matches(self, other: Reference) -> bool:
        """Ollama compares names without case."""
        return tuple(p.lower() for p in self.parts) == tuple(p.lower() for p in other.parts)

    def __str__(self) -> str:
        short = f"{self.model}:{self.tag}"
        if self.host != DEFAULT_HOST:
            return f"{self.host}/{self.namespace}/{short}"
        if self.namespace != DEFAULT_NAMESPACE:
            return f"{self.namespace}/{short}"
        return short


def nearest(word: str, known: list[str]) -> str | None:
    """The known word closest to a mistyped one, or None when nothing is near."""
    import difflib  # late: only errors need it

    found = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return found[0] if found else None
