"""The locks: everything pinned and hashed, no host named, the tools on top of the very runtime that users get."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)[^\n]*((?:\\\n    --hash=sha256:[0-9a-f]{64} ?)+)$", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return {package: version for package, version, _ in PIN.findall((REQUIREMENTS / name).read_text())}


def wanted(name: str) -> set[str]:
    lines = (REQUIREMENTS / name).read_text().splitlines()
    return {line.split("#")[0].strip() for line in lines if line and line[0].isalpha()}


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_every_line_is_a_hashed_pin_and_names_no_host(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    assert PIN.sub("", text).strip() == ""
    assert "://" not in text


def test_the_locks_hold_what_was_asked_for() -> None:
    assert wanted("runtime.in") <= set(pins("runtime.txt"))
    assert wanted("dev.in") <= set(pins("dev.txt"))


def test_tests_run_on_the_runtime_that_users_get() -> None:
    assert pins("runtime.txt").items() <= pins("dev.txt").items()
