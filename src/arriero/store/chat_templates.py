"""Which Go template and parameters a model gets whose GGUF only brings a Jinja template.

Ollama guesses the nearest of its known Jinja templates (template/template.go). Here a template counts as known only
when it is one, whatever default system prompt it carries: for any other the engine uses the Jinja template itself,
which is better than a wrong guess. To teach it another one, add a row.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownTemplate:
    """`template` is Go text/template in Ollama's values; `stop` becomes the `stop` parameter."""

    name: str
    template: str
    stop: tuple[str, ...]


_CHATML = KnownTemplate(
    "chatml",
    "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n",
    ("<|im_start|>", "<|im_end|>"),
)

_KNOWN: dict[str, KnownTemplate] = {
    # every message between its tags; a default system prompt stands before the first
    "bf0c34b1af07f37d86dd9c6624d1a8d02574b3d3e5c158356534cb7ffa44add3": _CHATML,
    # the same without a default system prompt
    "153280e3ff55d19da1398bdb3914ee2a51b80429bfaedde11d7d216c39db80f3": _CHATML,
}

_DEFAULT_SYSTEM = re.compile(r"(<\|im_start\|>system\n)[^<>{}]*(<\|im_end\|>)")


def known_template(jinja: str | None) -> KnownTemplate | None:
    """The Go template that stands for a Jinja one, or None when it is not known."""
    if jinja is None:
        return None
    normalised = _DEFAULT_SYSTEM.sub(r"\1\2", jinja.replace("\r\n", "\n"))
    return _KNOWN.get(hashlib.sha256(normalised.encode()).hexdigest())
