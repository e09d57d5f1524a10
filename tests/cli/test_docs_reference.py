"""The reference pages say what the code says. `python scripts/make_reference.py` writes them anew."""

import importlib.util
from types import ModuleType

import pytest

from arriero.core.paths import SOURCE_ROOT

SCRIPT = SOURCE_ROOT.parent / "scripts" / "make_reference.py"
PAGES = ("config.md", "errors.md", "json.md", "exit-codes.md", "commands.md", "checks.md")


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_in_step(reference: ModuleType, name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "run: python scripts/make_reference.py"


def test_every_page_is_held_in_step(reference: ModuleType) -> None:
    assert set(reference.pages()) == set(PAGES)


def test_every_command_says_what_its_json_holds(reference: ModuleType) -> None:
    from arriero.cli.verbs import verbs
    from arriero.i18n.en import EN

    told = " ".join(command for command, _ in reference.COMMAND_DATA)
    for verb in verbs(EN):
        for name in [f"{verb.name} {part.name}" for part in verb.parts] or [verb.name]:
            assert f"`{name}`" in told


def test_every_error_has_its_row(reference: ModuleType) -> None:
    from arriero.i18n.en import EN

    assert [kind.code for kind in reference.known_errors()] == sorted(EN.errors)
