"""The menu as numbered lines: driven through a pipe it does a whole cycle, with the very engine and model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import ports
from arriero.core.paths import SOURCE_ROOT, places
from arriero.tui.operations import OPERATIONS
from stack_world import install_brief

MAIN = [sys.executable, str(SOURCE_ROOT.parent / "main.py")]
NUMBER = {operation.name: number for number, operation in enumerate(OPERATIONS, 1)}


@pytest.fixture
def environ(free_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "ARRIERO_DATABASE": f"{os.environ['HOME']}/models.db",
        "ARRIERO_SLOTS__DEMO__PORT": str(free_port),
    }


def typed(environ: dict[str, str], *lines: object, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAIN, *flags],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        env=environ,
        timeout=110,
        check=False,
    )


def test_a_whole_cycle_through_a_pipe(environ: dict[str, str], demo_gguf: Path) -> None:
    install_brief(demo_gguf)
    try:
        run = typed(
            environ,
            *(NUMBER["validate"],),
            *(NUMBER["activate"], 5, "s"),
            *(NUMBER["chat"], 1, "hi", ""),
            *(NUMBER["logs"], 4),
            *(NUMBER["deactivate"], 1, "n"),
            *(NUMBER["down"], "s"),
            *("nonsense", 99, 0),
        )
    finally:
        subprocess.run([*MAIN, "down", "-q"], env=environ, check=True, capture_output=True)
    assert run.returncode == 0, run.stderr
    out = run.stdout
    for told in (
        "✓ Sistema: ",
        "Procesador",
        "arrancar demo",
        "responde en http://127.0.0.1:",
        "tokens/s",
        "listening on",
        "parar demo",
        "parado en",
        "«nonsense» no está en la lista.",
        "«99» no está en la lista.",
    ):
        assert told in out, told
    order = [out.index("● demo"), out.index("tokens/s"), out.index("parado en"), out.rindex("○ demo")]
    assert order == sorted(order)


def test_the_end_of_input_leaves(environ: dict[str, str]) -> None:
    assert typed(environ).returncode == 0
    inside = typed(environ, NUMBER["activate"])
    assert (inside.returncode, inside.stderr) == (0, "")


def test_a_fault_is_told_and_the_menu_goes_on(environ: dict[str, str]) -> None:
    run = typed(environ, NUMBER["remove"], NUMBER["update"], 0, flags=("--plain", "--lang", "en"))
    assert run.returncode == 0
    assert run.stdout.count("There is nothing for this right now.") == 2
    assert run.stdout.count("1  Validate Installation") == 3


def test_settings_are_seen_changed_refused_and_taken_back(environ: dict[str, str]) -> None:
    settings, theme, backend, parallel = NUMBER["settings"], 2, 3, 8
    environ = {**environ, "ARRIERO_ENGINE__PARALLEL": "3"}
    run = typed(environ, settings, theme, "purple", theme, "nord", parallel, backend, "", 0, 0)
    assert (run.returncode, run.stderr) == (0, "")
    for told in ("«purple» no es un valor de «theme»", "Guardado: Tema = nord", "manda sobre", "Se queda como estaba"):
        assert told in run.stdout, told
    file = places().user_settings
    assert file.read_text() == 'theme = "nord"\n'
    run = typed(environ, settings, theme, "-", 1, "en", 0, 0)
    assert (run.returncode, file.read_text()) == (0, 'lang = "en"\n')
    assert "1  Validate Installation" in run.stdout


def test_the_gateway_from_the_menu(environ: dict[str, str]) -> None:
    environ["ARRIERO_GATEWAY__PORT"] = str(ports.free_port())
    try:
        run = typed(environ, *(NUMBER["gateway"], 1), *(NUMBER["gateway"], 2, "s"), *(NUMBER["gateway"], 3, "s"), 0)
    finally:
        subprocess.run([*MAIN, "gateway", "off", "-q"], env=environ, check=True, capture_output=True)
    assert (run.returncode, run.stderr) == (0, "")
    told = ("Pasarela: apagada", "Se encendería", "Pasarela encendida.", "Se apagaría", "Pasarela apagada.")
    order = [run.stdout.index(text) for text in told]
    assert order == sorted(order)


def test_only_a_command_gives_json(environ: dict[str, str]) -> None:
    run = typed(environ, flags=("--json",))
    assert run.returncode == 2
    assert '"usage.argument_missing"' in run.stdout


def test_a_wrong_configuration_is_told_at_once(environ: dict[str, str]) -> None:
    run = typed({**environ, "ARRIERO_BIND": "nowhere"}, 0)
    assert (run.returncode, run.stdout) == (2, "")
    assert "ARRIERO_BIND" in run.stderr


def test_ctrl_c_at_the_prompt_leaves(environ: dict[str, str]) -> None:
    process = subprocess.Popen(
        [*MAIN, "--plain"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
    )
    assert process.stdout
    seen = b""
    while not seen.endswith("Número: ".encode()):
        seen += process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"")
