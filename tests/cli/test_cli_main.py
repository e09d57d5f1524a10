"""The whole way from a command line to an exit code: languages, settings, errors, defects, interruptions."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arriero.cli.commands import about
from arriero.cli.commands import status as status_commands
from arriero.core.paths import SOURCE_ROOT

Arriero = Callable[..., Any]
MAIN = [sys.executable, str(SOURCE_ROOT.parent / "main.py")]


def test_status_on_an_empty_machine(arriero: Arriero, check_golden: Callable[[str, str], None]) -> None:
    run = arriero("status")
    assert (run.code, run.err) == (0, "")
    check_golden("status-empty.es.txt", run.out)


@pytest.mark.parametrize(
    ("environ", "flags", "toml", "expected"),
    [
        ({}, [], "", "Los ajustes"),
        ({"LC_ALL": "en_US.UTF-8"}, [], "", "The settings"),
        ({"ARRIERO_LANG": "en"}, [], "", "The settings"),
        ({}, [], 'lang = "en"\n', "The settings"),
        ({"ARRIERO_LANG": "es"}, [], 'lang = "en"\n', "Los ajustes"),
        ({"ARRIERO_LANG": "en"}, ["--lang", "es"], "", "Los ajustes"),
        ({"LC_ALL": "en_US.UTF-8"}, ["--lang=es"], "", "Los ajustes"),
    ],
)
def test_the_language(
    arriero: Arriero,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    flags: list[str],
    toml: str,
    expected: str,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (project / "arriero.toml").write_text(toml)
    assert arriero(*flags, "config", "validate").out.startswith(expected)


def test_a_wrong_configuration_is_told_whole_and_help_works_all_the_same(arriero: Arriero, project: Path) -> None:
    (project / "arriero.toml").write_text("lang = 'fr'\n\n[slots.qwen]\nprot = 1\n")
    run = arriero("config", "validate")
    assert (run.code, run.out) == (2, "")
    file = project / "arriero.toml"
    assert run.err.splitlines() == [
        "Error: La configuración no vale y no se ha usado (problemas: 2). Corrige lo que sigue y compruébalo con: "
        "./main.sh config validar",
        f"  - {file}:1: «fr» no es un valor de «lang». Los que hay: auto, es, en.",
        f"  - {file}:4: no existe la clave «slots.qwen.prot». ¿Querías decir «slots.qwen.port»?",
    ]
    assert arriero("help").code == 0


def test_config_show_gives_lines_that_can_be_copied(arriero: Arriero, project: Path) -> None:
    import tomllib

    (project / "arriero.toml").write_text("[slots.qwen]\nport = 12001\n")
    run = arriero("--backend", "native", "config", "show", "--origin")
    copied = tomllib.loads(run.out)
    assert copied["slots"]["qwen"]["port"] == 12001
    assert copied["slots"]["deepseek"]["variants"]["6.7b"]["reference"] == "deepseek-coder:6.7b-instruct-q4_K_M"
    assert f"slots.qwen.port = 12001  # fichero {project}/arriero.toml:2\n" in run.out
    assert 'backend = "native"  # opción --backend\n' in run.out
    (project / "arriero.toml").write_text(run.out)
    assert tomllib.loads(arriero("config", "show").out) == copied


def test_config_validate_tells_which_files_were_read(arriero: Arriero, project: Path) -> None:
    (project / "arriero.toml").write_text("")
    lines = arriero("config", "validate").out.splitlines()
    assert lines[1] == f"  leído:     {project}/arriero.toml"
    assert lines[2].startswith("  no existe: ")


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (["activate", "qwne"], 4, "¿Querías decir «qwen»?"),
        (["activate", "deepseek", "--variant", "67b"], 4, "¿Querías decir «6.7b»?"),
        (["deactivate", "nobody"], 4, "No hay ningún modelo"),
        (["logs", "nobody"], 4, "No hay ningún modelo"),
        (["chat", "qwen", "hi"], 1, "./main.sh activar qwen"),
        (["remove", "qwen"], 4, "no está instalado"),
        (["remove", "a b"], 2, "nombre de modelo"),
        (["import", "/nowhere.gguf", "demo"], 4, "/nowhere.gguf"),
        (["--backend", "docker", "activate", "demo"], 3, "/nowhere/docker.sock"),
        (["status", "--watch", "--json"], 2, None),
        (["logs", "demo", "-f", "--json"], 2, None),
        (["chat", "demo", "--json"], 1, None),
    ],
)
def test_errors_of_the_use_cases(
    arriero: Arriero, monkeypatch: pytest.MonkeyPatch, argv: list[str], code: int, told: str | None
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    run = arriero(*argv, typed="hola")
    assert run.code == code
    if told is not None:
        assert run.out == ""
        assert run.err.startswith("Error: ")
        assert told in run.err


def test_nothing_to_do_is_no_error(arriero: Arriero) -> None:
    run = arriero("deactivate", "demo")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == ["No había nada que hacer.", "○ inactivo  demo"]


def test_a_defect_leaves_one_line_and_a_file(arriero: Arriero, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(about, "version", break_down)
    run = arriero("version")
    assert (run.code, run.out) == (1, "")
    (line,) = run.err.splitlines()
    assert line.startswith("Error: Fallo interno de Arriero (ZeroDivisionError).")
    file = Path(line.rpartition(" ")[2].rstrip("."))
    assert file.parent == Path(os.environ["XDG_STATE_HOME"]) / "arriero" / "logs"
    assert "ZeroDivisionError: a defect" in file.read_text()


def test_a_defect_with_no_place_for_its_file_goes_to_stderr(
    arriero: Arriero, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(about, "version", break_down)
    (own_home / ".local").write_text("a file where a folder belongs")
    run = arriero("version")
    assert run.code == 1
    assert "ZeroDivisionError: a defect" in run.err
    assert "stderr" in run.err.splitlines()[-1]


@pytest.mark.parametrize(("verb", "told"), [("down", "Interrumpido. Mira en qué quedó"), ("status", "")])
def test_ctrl_c(arriero: Arriero, monkeypatch: pytest.MonkeyPatch, verb: str, told: str) -> None:
    from arriero.cli.commands import switching

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(switching, "down", interrupted)
    monkeypatch.setattr(status_commands, "status", interrupted)
    run = arriero(verb)
    assert (run.code, run.out) == (130, "")
    assert (told in run.err) if told else run.err == ""


def test_ctrl_c_on_a_real_process_that_watches() -> None:
    process = subprocess.Popen(
        [*MAIN, "status", "--watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environ()
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Backend: ")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [*MAIN, "config", "show"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environ()
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert (process.wait(timeout=20), err) == (141, b"")


def test_a_terminal_that_knows_no_accents_still_gets_the_words() -> None:
    run = subprocess.run(
        [*MAIN, "status"], capture_output=True, env=_environ(PYTHONIOENCODING="ascii"), check=True, timeout=20
    )
    assert b"qwen      o inactivo" in run.stdout


def _environ(**more: str) -> dict[str, str]:
    """The test's own home, and a database of its own: a process of its own knows the real project."""
    return {**os.environ, "ARRIERO_DATABASE": f"{os.environ['HOME']}/models.db", **more}
