"""Every stable code that any room can give out has its row in both languages, and the row can be filled in."""

import ast
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest

import arriero
from arriero.config.errors import Origin
from arriero.core.errors import ArrieroError, every_error
from arriero.core.paths import SOURCE_ROOT
from arriero.hardware.values import GpuState
from arriero.i18n import Texts, describe_error
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.planner import ActionKind, DriftCode
from arriero.stack.results import ModelState, Processor
from arriero.store import media
from arriero.store.litter import LitterKind
from arriero.store.models import ProblemKind

for module in pkgutil.walk_packages(arriero.__path__, "arriero."):
    if module.name.rpartition(".")[2] == "errors" or module.name == "arriero.core.files":
        import_module(module.name)

LANGUAGES = pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
ERRORS = sorted(
    {kind for kind in every_error() if kind.__module__.startswith("arriero.") and kind.code != "error"},
    key=lambda kind: kind.code,
)


def sample(hint: object) -> object:
    """A value of a field's type; for one that may be None, its other type."""
    if get_origin(hint) in (Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    samples: dict[object, object] = {int: 7, float: 1.5, bool: True, Path: Path("/a/b"), Origin: Origin("flag", "--x")}
    if get_origin(hint) is tuple or hint is tuple:
        return ()
    return samples.get(hint, "word")


def make(kind: type[ArrieroError], *, nothing: bool = False) -> ArrieroError:
    """An error with a value in each field; with `nothing`, None wherever None may be."""
    hints = get_type_hints(kind)
    found = {name: hints[name] for name in kind.field_names}
    return kind(**{n: None if nothing and type(None) in get_args(h) else sample(h) for n, h in found.items()})


def calls_of(name: str) -> Iterator[ast.expr]:
    """The first argument of every call `name(...)` in the sources."""
    for path in SOURCE_ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args:
                yield node.args[0]


def test_the_tree_is_all_there() -> None:
    assert len(ERRORS) > 30
    assert len({kind.code for kind in ERRORS}) == len(ERRORS), "two errors share a code"


@LANGUAGES
@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.code)
def test_every_error_can_be_told(kind: type[ArrieroError], texts: Texts) -> None:
    for error in (make(kind), make(kind, nothing=True)):
        told = describe_error(error, texts)
        assert told.strip()
        assert "[[" not in told
        assert "None" not in told


@LANGUAGES
def test_no_row_is_left_of_an_error_that_is_gone(texts: Texts) -> None:
    assert set(texts.errors) == {kind.code for kind in ERRORS}


@LANGUAGES
def test_states_actions_and_drift(texts: Texts) -> None:
    assert set(texts.states) == set(ModelState)
    assert set(texts.processors) == set(Processor)
    assert set(texts.repairs) == {"corrupt", "foreign", "incomplete"}
    assert set(texts.actions) == set(ActionKind)
    assert set(texts.drift) == set(DriftCode)
    assert set(texts.gpus) == set(GpuState)


@LANGUAGES
def test_what_is_told_of_the_store(texts: Texts) -> None:
    assert set(texts.problems) == set(ProblemKind)
    assert set(texts.litter) == set(LitterKind)
    assert set(texts.layers) == {*media.KINDS, "config", "other"}


@LANGUAGES
def test_reasons(texts: Texts) -> None:
    given: set[str] = set()
    for argument in calls_of("Reason"):
        given |= {n.value for n in ast.walk(argument) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    assert given
    assert given == set(texts.reasons)


@LANGUAGES
def test_steps(texts: Texts) -> None:
    given = {a.value for a in calls_of("Progress") if isinstance(a, ast.Constant)}
    given |= {f"action.{kind}" for kind in ActionKind}
    given |= {a.value for call in ("file_chunks",) for a in second_arguments(call) if isinstance(a, ast.Constant)}
    given |= constants("STEP")
    assert given == set(texts.steps)


def second_arguments(name: str) -> Iterator[ast.expr]:
    for path in SOURCE_ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node.args[1]


def constants(name: str) -> set[str]:
    """The texts assigned to a module constant of this name."""
    found: set[str] = set()
    for path in SOURCE_ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                found |= {str(node.value.value) for t in node.targets if isinstance(t, ast.Name) and t.id == name}
    return found
