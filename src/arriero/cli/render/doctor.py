"""What the checks saw as text: by subject, one line for what is well, the cause and the next step for what is not."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from arriero.cli.look import Look
from arriero.i18n.check_texts import CheckTold, grade_word, subject_title

_SIGNS = {"good": "done", "hint": "dot", "unknown": "unknown", "warning": "drift", "error": "failed"}
_COLOURS = {"good": "green", "hint": "dim", "unknown": "dim", "warning": "yellow", "error": "red"}


def render_checks(told: Sequence[CheckTold], look: Look) -> str:
    """What does not apply here is only counted."""
    lines: list[str] = []
    for subject, group in groupby((one for one in told if one.grade != "skipped"), key=lambda one: one.subject):
        lines += [look.paint(subject_title(subject, look.texts), "bold")]
        lines += [line for one in group for line in _check(one, look)]
    return "\n".join([*lines, *([""] if lines else []), _counts(told, look)])


def _check(one: CheckTold, look: Look) -> Iterator[str]:
    sign = look.paint(look.sign(_SIGNS[one.grade]), _COLOURS[one.grade])
    first, *rest = _wrapped(f"{one.title}: {one.seen}", look, 4)
    yield f"  {sign} {first}"
    yield from (f"    {line}" for line in rest)
    if one.ok:
        return
    yield from (look.paint(f"      {line}", "dim") for line in _wrapped(f"{one.why} [{one.code}]", look, 6))
    if one.fix:
        first, *rest = _wrapped(one.fix, look, 8)
        yield f"      {look.sign('next')} {first}"
        yield from (f"        {line}" for line in rest)


def _wrapped(text: str, look: Look, indent: int) -> list[str]:
    """Broken between words only, so that commands and paths can be copied."""
    return textwrap.wrap(text, max(40, look.width - indent), break_long_words=False, break_on_hyphens=False)


def _counts(told: Sequence[CheckTold], look: Look) -> str:
    count = Counter(one.grade for one in told)
    order = ("error", "warning", "unknown", "hint", "good", "skipped")
    return f" {look.sign('dot')} ".join(
        f"{grade_word(grade, look.texts)}: {count[grade]}" for grade in order if count[grade]
    )
