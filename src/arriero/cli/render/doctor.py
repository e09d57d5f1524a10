"""What the checks saw as text: what is wrong first, with the next step; or, of what was asked for, everything."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from arriero.cli.look import Look
from arriero.i18n.check_texts import CheckTold, grade_word, subject_title, where_everything_is

_SIGNS = {"good": "done", "hint": "dot", "unknown": "unknown", "warning": "drift", "error": "failed"}
_COLOURS = {"good": "green", "hint": "dim", "unknown": "dim", "warning": "yellow", "error": "red"}
_WORST_FIRST = ("error", "warning", "unknown", "hint")
_EXPLAINED = ("error", "warning")


def render_checks(told: Sequence[CheckTold], look: Look) -> str:
    """The worst first, whatever it is about; a hint without its reason; what is well by name only, what does not apply
    not at all."""
    blocks = [_block(grade, [one for one in told if one.grade == grade], look) for grade in _WORST_FIRST]
    well = list(_names([one for one in told if one.grade == "good"], look))
    last = [_counts(told, look), *([where_everything_is(look.texts)] if well else [])]
    return "\n".join([*(line for block in [*blocks, well] if block for line in [*block, ""]), *last])


def render_all(told: Sequence[CheckTold], look: Look) -> str:
    """By subject: one line for what is well, the cause and the next step for what is not."""
    lines: list[str] = []
    for subject, group in groupby((one for one in told if one.grade != "skipped"), key=lambda one: one.subject):
        lines += [look.paint(subject_title(subject, look.texts), "bold")]
        lines += [line for one in group for line in _check(one, look, explained=not one.ok)]
    return "\n".join([*lines, *([""] if lines else []), _counts(told, look)])


def _block(grade: str, those: Sequence[CheckTold], look: Look) -> list[str]:
    """A heading and what is below it; nothing where there is none."""
    heading = look.paint(grade_word(grade, look.texts).capitalize(), "bold")
    below = [line for one in those for line in _check(one, look, explained=grade in _EXPLAINED)]
    return [heading, *below] if below else []


def _check(one: CheckTold, look: Look, *, explained: bool) -> Iterator[str]:
    sign = look.paint(look.sign(_SIGNS[one.grade]), _COLOURS[one.grade])
    first, *rest = _wrapped(f"{one.title}: {one.seen}" + ("" if one.ok else f" [{one.code}]"), look, 4)
    yield f"  {sign} {first}"
    yield from (f"    {line}" for line in rest)
    if explained:
        yield from (look.paint(f"      {line}", "dim") for line in _wrapped(one.why, look, 6))
    if one.fix and not one.ok:
        first, *rest = _wrapped(one.fix, look, 8)
        yield f"      {look.sign('next')} {first}"
        yield from (f"        {line}" for line in rest)


def _names(well: Iterable[CheckTold], look: Look) -> Iterator[str]:
    """Every subject in a line or two."""
    for number, (subject, group) in enumerate(groupby(well, key=lambda one: one.subject)):
        if number == 0:
            yield look.paint(grade_word("good", look.texts).capitalize(), "bold")
        first, *rest = _wrapped(
            f"{subject_title(subject, look.texts)}: {'; '.join(one.title for one in group)}", look, 4
        )
        yield f"  {look.paint(look.sign('done'), 'green')} {first}"
        yield from (f"    {line}" for line in rest)


def _wrapped(text: str, look: Look, indent: int) -> list[str]:
    """Broken between words only, so that commands and paths can be copied."""
    return textwrap.wrap(text, max(40, look.width - indent), break_long_words=False, break_on_hyphens=False)


def _counts(told: Sequence[CheckTold], look: Look) -> str:
    count = Counter(one.grade for one in told)
    return f" {look.sign('dot')} ".join(
        f"{grade_word(grade, look.texts)}: {count[grade]}"
        for grade in (*_WORST_FIRST, "good", "skipped")
        if count[grade]
    )
