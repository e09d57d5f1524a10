"""Takes out of a text what is nobody else's business: names, homes, keys, addresses with keys in them, what was asked.

Invariant: rather too much than too little. A digest of a model's blob (`sha256:…`) may stay; any other long word that
could be a key goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_ASKED = re.compile(
    r"""(?i)(["']?\b(?:prompt|content|messages?|input|text|system|suffix|query|question|response|answer|thinking|images|
    arguments|completion|delta)\b["']?\s*[:=]).*""",
    re.VERBOSE,
)
"""What was asked and answered, to the line's end: a key of JSON, of logfmt, or of a log's own."""
_PATTERNS = (
    (re.compile(r"://[^/\s@]+@"), "://[cut]@"),
    (re.compile(r"(?i)([?&][\w.-]*(?:key|token|secret|sig|pass|auth|credential)[\w.-]*=)[^&\s\"']+"), r"\1[cut]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.+/=~-]+"), r"\1 [cut]"),
    (
        re.compile(r"""(?i)(["']?[\w.-]*(?:api[_-]?key|token|secret|passw\w*|credential)["']?\s*[:=]\s*)\S+"""),
        r"\1[cut]",
    ),
    (re.compile(r"\b(?:hf_|sk-|gh[pousr]_|xox[abpr]-|eyJ)[\w.-]{12,}"), "[cut]"),
    (re.compile(r"(?<!sha256[:-])(?<![\w])(?=\w*\d)[A-Za-z0-9_]{32,}(?![\w])"), "[cut]"),
    (re.compile(r"\bGPU-[0-9a-f-]{8,}"), "GPU-[cut]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[cut]"),
    (re.compile(r"(/home/|/Users/)[^/\s\"',:]+"), r"\1USER"),
)
_SECRET_NAMES = re.compile(r"(?i)key|token|secret|passw|credential|auth")
_NOBODYS = frozenset({"root", "user", "ubuntu", "debian", "localhost", "arriero"})


@dataclass(frozen=True)
class Redactor:
    """`secrets` are cut wherever they stand; `names` are replaced by what they are: `{"ana": "USER"}`."""

    secrets: tuple[str, ...]
    names: Mapping[str, str]

    def clean_log(self, line: str) -> str:
        """For one line of what programs wrote: questions and answers may stand in it."""
        return self.clean(_ASKED.sub(r"\1 [cut]", line))

    def clean(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "[cut]")
        for name, word in self.names.items():
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", word, text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


def make_redactor(
    environ: Mapping[str, str], users: Iterable[str], hosts: Iterable[str], keys: Iterable[str]
) -> Redactor:
    """`users`, `hosts`: names of people and machines. `keys`: what must not be told, beside the environment's own."""
    told = [value for name, value in environ.items() if _SECRET_NAMES.search(name)]
    secrets = sorted({text.strip() for text in (*told, *keys) if len(text.strip()) >= 6}, key=len, reverse=True)
    names = {environ["HOME"].rstrip("/"): "~"} if len(environ.get("HOME", "")) > 1 else {}
    people = {name: "USER" for name in users if len(name) > 2 and name not in _NOBODYS}
    machines = {name: "HOST" for name in hosts if len(name) > 2 and name not in _NOBODYS}
    return Redactor(tuple(secrets), {**names, **people, **machines})
