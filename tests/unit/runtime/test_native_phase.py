"""The word for what was found."""

from __future__ import annotations

import pytest

from arriero.runtime.backend import PortHolder
from arriero.runtime.native.finding import Found
from arriero.runtime.native.inspecting import phase
from arriero.runtime.native.records import GAVE_UP, SERVING, STARTING, WAITING, Record
from arriero.runtime.proc import Process

SUPERVISOR = Process(10, 1)
ENGINE = Process(11, 2)
STRANGER = PortHolder(11434, 99, "nginx")


def found(supervisor: bool = False, engine: bool = False, told: str | None = None) -> Found:
    record = Record(SUPERVISOR, None, told, 1, "exit 1") if told else None
    return Found("qwen", SUPERVISOR if supervisor else None, ENGINE if engine else None, (), None, record)


@pytest.mark.parametrize(
    ("seen", "listening", "stranger", "word"),
    [
        (found(), False, None, "absent"),
        (found(), False, STRANGER, "blocked"),
        (found(told=GAVE_UP), False, None, "failed"),
        (found(supervisor=True, told=GAVE_UP), False, None, "failed"),
        (found(told=GAVE_UP), False, STRANGER, "blocked"),
        (found(supervisor=True), False, None, "starting"),
        (found(supervisor=True, told=STARTING), False, None, "starting"),
        (found(supervisor=True, told=WAITING), False, None, "restarting"),
        (found(supervisor=True, told=WAITING), False, STRANGER, "blocked"),
        (found(supervisor=True, told=SERVING), False, None, "starting"),
        (found(supervisor=True, engine=True, told=STARTING), False, None, "starting"),
        (found(supervisor=True, engine=True, told=STARTING), True, None, "serving"),
        (found(supervisor=True, engine=True), False, STRANGER, "blocked"),
        (found(engine=True), True, None, "serving"),
        (found(engine=True), False, None, "starting"),
    ],
)
def test_the_word_for_it(seen: Found, listening: bool, stranger: PortHolder | None, word: str) -> None:
    assert phase(seen, listening, stranger) == word
