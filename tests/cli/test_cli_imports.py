"""What a command may not import, so that it starts at once."""

import os
import subprocess
import sys

import pytest

from arriero.core.paths import SOURCE_ROOT

NEVER = {"aiohttp", "gotpl", "xllamacpp", "textual", "hypothesis", "psutil", "openai", "ollama"}
LATE = {"shtab", "difflib", "http.client", "urllib.request", "email", "unittest"}
ASYNC = {"asyncio", "sqlite3", "ssl", "traceback"}

CHILD = """
import os, sys
sys.path.insert(0, sys.argv.pop(1))
from arriero.cli import main
sys.stdout = open(os.devnull, "w")
code = main(sys.argv[1:])
sys.stdout = sys.__stdout__
print(code, *sys.modules)
"""


def modules_after(*argv: str) -> set[str]:
    """What is imported by the time a command has ended well, in a process of its own."""
    environ = {**os.environ, "ARRIERO_DATABASE": f"{os.environ['HOME']}/models.db"}
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(SOURCE_ROOT), *argv],
        capture_output=True,
        text=True,
        check=True,
        env=environ,
        timeout=60,
    )
    code, *modules = run.stdout.split()
    assert code == "0", run.stderr
    return set(modules)


@pytest.mark.parametrize("argv", [("--help",), ("activar", "--help"), ("version",), ("config", "show")], ids=" ".join)
def test_what_only_prints_imports_nothing_heavy(argv: tuple[str, ...]) -> None:
    modules = modules_after(*argv)
    assert modules & (NEVER | ASYNC | LATE) == set()
    rooms = {name.split(".")[1] for name in modules if name.startswith("arriero.")}
    assert rooms <= {"cli", "i18n", "config", "core"}


@pytest.mark.parametrize("argv", [("status",), ("models",), ("deactivate", "demo")], ids=" ".join)
def test_what_looks_imports_no_server_and_no_engine(argv: tuple[str, ...]) -> None:
    modules = modules_after(*argv)
    assert modules & (NEVER | LATE) == set()
    assert "arriero.stack" in modules
    assert "arriero.engine" not in modules
    assert "arriero.doctor" not in modules


def test_one_language_is_enough() -> None:
    assert "arriero.i18n.en" not in modules_after("--lang", "es", "version")
    assert "arriero.i18n.es" not in modules_after("--lang", "en", "version")
