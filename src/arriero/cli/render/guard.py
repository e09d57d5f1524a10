"""GuardStatus and GuardOutcome as text."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.cli.look import Look
from arriero.i18n import fill
from arriero.i18n.guard_texts import guard_texts
from arriero.stack.guard import GuardOutcome
from arriero.stack.guard_notes import GuardStatus, Trouble


def render_guard_outcome(outcome: GuardOutcome, look: Look) -> str:
    t = guard_texts(look.texts.language)
    if outcome.dry_run:
        return t.planned[outcome.action]
    return "\n".join([t.actions[outcome.action], *render_guard(outcome.guard, look).splitlines()])


def render_guard(guard: GuardStatus, look: Look) -> str:
    """All that there is to say of it."""
    t = guard_texts(look.texts.language)
    lines = [*guard_lines(guard, look)]
    if guard.running:
        programs = t.programs.format(programs=", ".join(guard.programs)) if guard.programs else t.no_programs
        further = (programs, t.at_login if guard.at_login else t.until_reboot, t.log.format(log=guard.log))
        lines += [line for text in further for line in look.wrap(text, "  ")]
    return "\n".join(lines)


def guard_lines(guard: GuardStatus, look: Look) -> Iterator[str]:
    """Whether it runs, and what is worth knowing of what it sees."""
    t, numbers = guard_texts(look.texts.language), look.texts.numbers
    if not guard.running:
        text = t.gave_up if guard.gave_up else t.missing if guard.wanted else t.off
        yield from look.wrap(fill(text, vars(guard), numbers))
        return
    yield fill(t.running, vars(guard), numbers)
    if guard.yielded is not None:
        text = fill(t.yielded if guard.yielded.slots else t.yielded_idle, vars(guard.yielded), numbers)
        yield from look.wrap(text, "  ")
    for trouble in guard.troubles:
        lines = look.wrap(f"{look.sign('drift')} {_trouble(trouble, look)}", "  ")
        yield from (look.paint(line, "yellow") for line in lines)
    if guard.seen_at and not guard.troubles and guard.yielded is None:
        yield f"  {t.all_well}"


def _trouble(trouble: Trouble, look: Look) -> str:
    t = guard_texts(look.texts.language)
    params = {**vars(trouble), "cause": t.causes[trouble.cause]}
    tail = (t.next_try if trouble.next_try_at else t.no_more_tries) if trouble.tries else ""
    return fill(t.trouble + tail, params, look.texts.numbers)
