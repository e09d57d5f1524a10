"""What is told of the guard, in both languages and within 80 columns where no path or program makes it longer."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from arriero.cli.look import Look
from arriero.cli.render.guard import render_guard, render_guard_outcome
from arriero.i18n import guard_texts
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.stack.guard import GuardOutcome
from arriero.stack.guard_notes import GuardStatus, Trouble, Yielded

NOON = "2026-05-04T12:00:00.000Z"
OFF = GuardStatus(
    wanted=False,
    running=False,
    gave_up=False,
    pid=None,
    started_at=None,
    restarts=None,
    last_exit=None,
    seen_at=None,
    programs=(),
    troubles=(),
    yielded=None,
    at_login=False,
    log="/home/ana/.local/state/arriero/logs/_guard.log",
)
ON = replace(OFF, wanted=True, running=True, pid=4711, started_at=NOON, restarts=0, seen_at=NOON)
TRIED = Trouble("qwen", "card_not_used", NOON, 17, 2, "2026-05-04T12:05:00.000Z", "card.not_used")
STATES = (
    OFF,
    replace(OFF, wanted=True),
    replace(OFF, wanted=True, gave_up=True, last_exit="exit 2"),
    ON,
    replace(ON, at_login=True, programs=("dota2", "blender"), yielded=Yielded("dota2 (815)", NOON, ("qwen",), NOON)),
    replace(ON, yielded=Yielded("GameMode", NOON, (), None)),
    replace(ON, troubles=(Trouble("demo", "card_broken", NOON, 7), Trouble("mistral", "no_room", NOON, 8))),
    replace(ON, troubles=(TRIED, replace(TRIED, slot="demo", tries=4, next_try_at=None))),
)


@pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
def test_every_state_of_it(texts, check_golden: Callable[[str, str], None]) -> None:
    told = [render_guard(state, Look(texts)) for state in STATES]
    assert max(len(line) for text in told for line in text.splitlines()) <= 80
    check_golden(f"guard.{texts.language}.txt", "\n\n".join(told) + "\n")


@pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
@pytest.mark.parametrize("action", ["start", "restart", "stop", "nothing"])
def test_what_was_done_and_what_would_be(texts, action: str) -> None:
    done, planned = (render_guard_outcome(GuardOutcome(action, dry_run, ON), Look(texts)) for dry_run in (False, True))
    assert "4711" in done
    assert len(planned.splitlines()) == 1
    assert planned != done.splitlines()[0]


def test_both_languages_say_the_same() -> None:
    for field in fields(guard_texts.GuardTexts):
        es, en = (getattr(one, field.name) for one in (guard_texts.ES, guard_texts.EN))
        rows = [(es, en)] if isinstance(es, str) else [(es[code], en[code]) for code in (es | en)]
        for row in rows:
            names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in row]
            assert names[0] == names[1], field.name
