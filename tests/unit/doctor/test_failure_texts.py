"""docs/reference/failures.md is true: what it says is known by its words is, and who is to tell of it exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from arriero.core.errors import ArrieroError
from arriero.core.paths import PROJECT_ROOT
from arriero.doctor.checks import CHECKS
from arriero.doctor.recognising import recognise
from arriero.i18n.en import EN
from arriero.runtime.docker.recognising import recognise as recognise_docker

PAGE = PROJECT_ROOT / "docs/reference/failures.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]
BY_WORDS = [row for row in ROWS if row[2] == "words"]
CODES = {check.code for check in CHECKS}


def told_by(row: list[str]) -> list[str]:
    return re.findall(r"`([a-z]+\.[a-z_]+)`", row[3])


def test_none_is_left_out() -> None:
    assert {int(row[0].strip("| ")) for row in ROWS} == set(range(1, 56))
    assert {row[2] for row in ROWS} == {"words", "looks", "no"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:40])
def test_who_tells_of_it_is_there(row: list[str]) -> None:
    assert [code for code in told_by(row) if code not in CODES and code not in EN.errors] == []
    assert told_by(row) or row[2] == "no"
    if row[2] == "looks":
        assert CODES.intersection(told_by(row))


@pytest.mark.parametrize("row", BY_WORDS, ids=lambda row: row[1][:40])
def test_what_is_known_by_its_words(row: list[str]) -> None:
    """By an error of ours; or by a check, whose own test has the words."""
    words, (first, *_) = row[1].strip("`"), told_by(row)
    if first in CODES or first.startswith("engine."):
        tests = [path for path in (PROJECT_ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
        assert any(words in re.sub(r'"\n\s+"', "", path.read_text(encoding="utf-8")) for path in tests)
    else:
        found: ArrieroError | None = recognise(words) if first.startswith("host.") else recognise_docker(words)
        assert found is not None
        assert found.code == first
