"""The command line run in this process, in a project and a home of the test's own, and golden texts to compare with."""

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from arriero.core import paths

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


class Keyboard(io.StringIO):
    """Standard input at which someone sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with nothing in it."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.setattr(paths, "PROJECT_ROOT", root)
    return root


@pytest.fixture
def arriero(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Runs one command line; `typed` is what comes on standard input, from a terminal if someone is `sitting` there."""
    from arriero.cli import main

    def run(*argv: str, typed: str = "", sitting: bool = False) -> Run:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setattr(sys, "stdin", Keyboard(typed) if sitting else io.StringIO(typed))
        code = main(argv)
        return Run(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))

    return run


@pytest.fixture
def check_golden() -> Callable[[str, str], None]:
    """Compares with tests/cli/golden/NAME; GOLDEN_WRITE=1 in the environment writes it first, to be read over."""

    def check(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("GOLDEN_WRITE") == "1":
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return check
