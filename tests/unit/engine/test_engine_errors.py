"""Every error of the engine, its prompts, the store and the registry has a status and a text that can be made."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest

from arriero.core.errors import ArrieroError, every_error
from arriero.engine.api.errors import NEVER_SERVED, TABLE, refusal_for
from arriero.engine.errors import ChildRefused, ChildTerminated

for room in (
    "arriero.engine.errors",
    "arriero.engine.prompt.errors",
    "arriero.store.errors",
    "arriero.registry.errors",
):
    importlib.import_module(room)
ROOMS = ("arriero.engine.", "arriero.store.", "arriero.registry.")
OURS = [error for error in every_error() if error.__module__.startswith(ROOMS)]
MADE: dict[str, Any] = {"int": 7, "float": 1.5, "Path": Path("/file"), "str | None": None}


@pytest.mark.parametrize("error", OURS, ids=lambda error: error.code)
def test_it_is_in_the_table(error: type[ArrieroError]) -> None:
    assert (error in TABLE) is not (error in NEVER_SERVED)


@pytest.mark.parametrize("error", TABLE, ids=lambda error: error.code)
def test_its_text_can_be_made(error: type[ArrieroError]) -> None:
    kinds = {name: kind for each in reversed(error.__mro__) for name, kind in inspect.get_annotations(each).items()}
    refusal = refusal_for(error(*(MADE.get(kinds[name], "text") for name in error.field_names)))
    assert refusal.message
    assert "{" not in refusal.message


def test_nothing_else_is_in_the_table() -> None:
    assert set(TABLE) | NEVER_SERVED == set(OURS)


def test_llama_cpps_own_refusals_keep_their_status() -> None:
    refusal = refusal_for(ChildRefused(501, ' {"error": "no"}\n'))
    assert (refusal.status, refusal.message) == (501, '{"error": "no"}')


def test_a_dead_child_is_told_as_ollama_tells_it() -> None:
    refusal = refusal_for(ChildTerminated("signal: killed", ""))
    assert (refusal.status, refusal.message) == (500, "llama-server process has terminated: signal: killed")
