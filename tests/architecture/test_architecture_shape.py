"""The house keeps its drawing: imports, sizes, names and docstrings."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = sorted((PROJECT / "src").rglob("*.py"))
SCRIPTS = [PROJECT / "main.sh", PROJECT / "test.sh", PROJECT / ".ci" / "run", PROJECT / ".ci" / "docker"]
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
EMPTY_WORDS = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_imports_point_down_only() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_files_are_small_enough_to_read() -> None:
    lines = {named(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: count for name, count in lines.items() if count > 400} == {}
    assert len((PROJECT / "main.sh").read_text().splitlines()) <= 80


def test_names_say_something() -> None:
    names = {named(path): {*path.stem.lower().split("_"), *path.parent.name.lower().split("_")} for path in SOURCES}
    assert [name for name, words in names.items() if words & EMPTY_WORDS] == []


def test_modules_say_what_they_own() -> None:
    texts = {named(path): ast.get_docstring(ast.parse(path.read_text())) or "" for path in SOURCES}
    assert {name: text for name, text in texts.items() if len(text) < 20} == {}


def test_scripts_stop_at_the_first_error() -> None:
    for script in SCRIPTS:
        assert "set -euo pipefail" in script.read_text(), named(script)
        assert os.access(script, os.X_OK), named(script)


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    missing = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert missing == []
