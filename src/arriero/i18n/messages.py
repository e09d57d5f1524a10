"""Sentences made of a stable code and its parameters: errors, reasons, drift, steps.

A row is a `str.format` template. `[[…]]` is left out when a parameter in it is None or empty; `{x_bytes:size}` and
`{since:moment}` write bytes and RFC 3339 moments as people read them.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arriero.core.errors import ArrieroError
from arriero.core.progress import Progress
from arriero.i18n.numbers import Numbers
from arriero.i18n.texts import Texts

if TYPE_CHECKING:
    from arriero.planner import Drift, Reason
    from arriero.state import Repair

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]")
_BLOB = re.compile(r"sha256[-:]([0-9a-f]{12})[0-9a-f]{52}")  # people are shown digests as Ollama shows them
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z")
_PLACEHOLDER = re.compile(r"\{(\w+)")


class _Formatter(string.Formatter):
    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "size":
            return self._numbers.size(value)
        if format_spec == "moment":
            return _MOMENT.sub(r"\1 \2 UTC", value)
        return str(super().format_field(value, format_spec))


def fill(template: str, params: Mapping[str, object], numbers: Numbers) -> str:
    """The template with its parameters. Raises KeyError for one that is missing: tests keep tables and codes together."""

    def keep(found: re.Match[str]) -> str:
        names = _PLACEHOLDER.findall(found[1])
        return found[1] if all(params[name] not in (None, "", []) for name in names) else ""

    shown = {name: _joined(value) for name, value in params.items()}
    return _Formatter(numbers).vformat(_OPTIONAL.sub(keep, template), (), shown)


def _joined(value: object) -> object:
    return ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else value


def describe_error(error: ArrieroError, texts: Texts) -> str:
    """One sentence or a few, without the errors it may be made of (`ConfigInvalid.parts`)."""
    return fill(texts.errors[error.code], error.params(), texts.numbers)


def describe_reason(reason: Reason, texts: Texts) -> str:
    return fill(texts.reasons[reason.code], reason.params, texts.numbers)


def describe_drift(drift: Drift, slot: str, texts: Texts) -> str:
    return fill(texts.drift[drift.code], {"slot": slot, "since": drift.since, **drift.params}, texts.numbers)


def describe_repair(repair: Repair, texts: Texts) -> str:
    return fill(texts.repairs[repair.kind], {"path": repair.path, "moved_to": repair.moved_to}, texts.numbers)


def describe_step(progress: Progress, texts: Texts) -> str:
    subject = _BLOB.sub(r"\1", progress.subject)
    return fill(texts.steps[progress.step], {"subject": subject, **progress.params}, texts.numbers)
