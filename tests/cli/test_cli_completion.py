"""The completion scripts, in the shells themselves where they are installed."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Arriero = Callable[..., Any]


def complete(script: str, words: list[str], folder: Path) -> list[str]:
    """What bash offers for the last word, asked as bash itself asks."""
    asked = (
        f"{script}\n"
        f"COMP_WORDS=({' '.join(words)} ''); COMP_CWORD={len(words)}\n"
        "completing=$(complete -p main.sh | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
        '"$completing" main.sh "" "${COMP_WORDS[COMP_CWORD-1]}"\n'
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    run = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True, cwd=folder, timeout=20)
    return run.stdout.split()


@pytest.fixture
def script(arriero: Arriero) -> str:
    run = arriero("completion", "bash")
    assert (run.code, run.err) == (0, "")
    return str(run.out)


def test_commands_in_both_languages(script: str, tmp_path: Path) -> None:
    assert {"status", "estado", "activate", "activar", "config", "demo"} <= set(complete(script, ["main.sh"], tmp_path))


@pytest.mark.parametrize("verb", ["activate", "activar", "desactivar", "logs", "probar", "borrar"])
def test_slots(script: str, tmp_path: Path, verb: str) -> None:
    assert {"qwen", "deepseek", "mistral", "demo"} <= set(complete(script, ["main.sh", verb], tmp_path))


def test_slots_of_the_users_own(arriero: Arriero, project: Path) -> None:
    (project / "arriero.toml").write_text("[slots.tiny]\nport = 12001\nvariants.a.reference = 'a:1'\n")
    assert "tiny" in complete(arriero("completion", "bash").out, ["main.sh", "activate"], project)


def test_files_for_import(script: str, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").touch()
    assert "model.gguf" in complete(script, ["main.sh", "import"], tmp_path)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_script_names_every_command(arriero: Arriero, shell: str, language: str) -> None:
    text = arriero("--lang", language, "completion", shell).out
    for name in ("estado", "status", "activar", "activate", "deepseek"):
        assert name in text
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=text, text=True, check=True, timeout=20)
