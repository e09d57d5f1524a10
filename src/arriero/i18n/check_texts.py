"""The texts of a check, and what it saw told in them. They load with `validate` alone, one language at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from arriero.core.errors import ArrieroError
from arriero.i18n.messages import describe_error, fill
from arriero.i18n.texts import Texts

if TYPE_CHECKING:
    from arriero.doctor.check import Checked


@dataclass(frozen=True)
class CheckText:
    """`title`: what is looked at. `why`: why it matters. `seen`: a sentence for each kind that it may see, with the
    finding's parameters. `advice`: for each kind that is not well, what to type or do; `""` where there is nothing to do.
    """

    title: str
    why: str
    seen: Mapping[str, str]
    advice: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckTold:
    """One check as people and scripts are told of it.

    `grade`: good, skipped, hint, unknown, warning, error. `severity`: how bad what was seen is; of what is well, how
    bad it would have been. `kind` and `params` are what `seen` is made of. `fix`: what to type or do; None where all is
    well or nothing can be done.
    """

    code: str
    subject: str
    title: str
    severity: str
    ok: bool
    grade: str
    kind: str
    params: Mapping[str, object]
    seen: str
    why: str
    fix: str | None


def tell_check(checked: Checked, texts: Texts) -> CheckTold:
    table, finding = _table(texts), checked.finding
    text: CheckText = _text(checked.check.code, texts)
    params = {name: _told(value, texts) for name, value in finding.params.items()}
    seen = text.seen.get(finding.kind) or table.ANY_CHECK[finding.kind]
    return CheckTold(
        code=checked.check.code,
        subject=str(checked.check.subject),
        title=text.title,
        severity=str(checked.severity),
        ok=checked.grade.ok,
        grade=str(checked.grade),
        kind=finding.kind,
        params=finding.params,
        seen=fill(seen, params, texts.numbers),
        why=text.why,
        fix=fill(text.advice.get(finding.kind, ""), params, texts.numbers) or None,
    )


def subject_title(subject: str, texts: Texts) -> str:
    title: str = _table(texts).SUBJECTS[subject]
    return title


def grade_word(grade: str, texts: Texts) -> str:
    """As a heading for a number of them."""
    word: str = _table(texts).GRADES[grade]
    return word


def where_everything_is(texts: Texts) -> str:
    """What to type to be told of all checks in full."""
    line: str = _table(texts).EVERYTHING
    return line


def check_title(code: str, texts: Texts) -> str:
    return _text(code, texts).title


def _text(code: str, texts: Texts) -> CheckText:
    """A step of the installation is a check with texts of its own."""
    table = import_module(f"arriero.i18n.install_{texts.language}") if code.startswith("install.") else _table(texts)
    found: CheckText = table.CHECKS[code]
    return found


def _table(texts: Texts) -> Any:
    return import_module(f"arriero.i18n.checks_{texts.language}")


def _told(value: object, texts: Texts) -> object:
    """As `fill` wants it: lists, of which an empty one counts as nothing."""
    if isinstance(value, ArrieroError):
        return describe_error(value, texts)
    return list(value) if isinstance(value, tuple) else value
