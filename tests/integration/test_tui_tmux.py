"""The program as a person has it: typed into a shell in a real terminal (tmux), keys sent, the screen read."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arriero.core.paths import SOURCE_ROOT
from stack_world import install_brief
from tui_terminal import MAIN, Terminal, opened

SGR = re.compile(r"\x1b\[([0-9;]*)m")
CRASHING = """
import sys
sys.path.insert(0, {source!r})
from arriero.tui.screens import main as screen

def present_main(*_):
    raise ZeroDivisionError("on purpose")

screen.present_main = present_main
from arriero.cli import main
sys.exit(main([]))
"""


@pytest.fixture
def terminal(free_port: int) -> Iterator[Terminal]:
    with opened(free_port) as here:
        yield here


@pytest.fixture
def installed(terminal: Terminal, demo_gguf: Path) -> Terminal:
    install_brief(demo_gguf)
    return terminal


def begin(terminal: Terminal, *flags: str, first: str = "Menú") -> None:
    clone = os.environ.get("TUI_CLONE")
    program = [f"{clone}/main.sh"] if clone else [sys.executable, str(MAIN)]
    terminal.type(shlex.join([*program, *flags]))
    terminal.until_shows(first, "SmolLM2")


@pytest.mark.timeout(300)
def test_a_whole_session(installed: Terminal) -> None:
    t = installed
    begin(t)
    t.until_shows("c03c30abc61b")
    t.keep("main-es-80x24")
    t.keys("1")
    t.until_shows("Distribución")
    t.keys("Escape")
    t.until_not("Distribución")
    t.keys("3")
    t.until_shows("demo 135m")
    t.keys("End", "Enter")
    t.until_shows("arrancar demo")
    t.keep("plan-es-80x24")
    t.keys("Enter")
    t.until_shows("responde en", "Hecho en")
    t.keys("Escape")
    t.until_not("responde en")
    t.until_shows("● demo", "CPU")
    t.keys("End")
    t.keys("8")
    t.until_shows("Chat con demo")
    t.type("What is the capital of France?")
    t.until_shows("tokens/s")
    t.keep("chat-es-80x24")
    t.picture("chat")
    t.keys("Escape")
    t.until_shows("Actividad")
    t.keep("active-es-80x24")
    t.keys("6")
    t.until_shows("SmolLM2 135M Instruct  smollm2")
    t.keys("Enter")
    t.until_shows("versión fija")
    t.keys("Escape")
    t.until_not("versión fija")  # an escape with a letter at its heels is Alt and that letter
    t.keys("i")
    t.until_shows("Validate Installation")
    t.keep("active-en-80x24")
    t.tmux("resize-window", "-x", "140", "-y", "40")
    t.until_shows("i español   t theme   q leave", "SmolLM2 135M Instruct")
    t.keep("active-en-140x40")
    t.keys("i")
    t.until_shows("i English   t tema   q salir")
    t.keep("active-es-140x40")
    t.keys("i")
    t.until_shows("t theme   q leave")
    t.tmux("resize-window", "-x", "100", "-y", "30")
    t.until_shows("tokens/s", "ctrl+p")
    t.until_not("t theme")
    t.picture("main-en")
    t.keys("i")
    t.until_shows("Actividad")
    t.picture("main-es")
    t.keys("i")
    t.until_shows("Activity")
    t.tmux("resize-window", "-x", "140", "-y", "40")
    t.until_shows("t theme   q leave")
    t.keys("s")
    t.until_shows("Settings", "Speculative draft")
    t.keep("settings-en-140x40")
    t.keys("Escape")
    t.until_not("Speculative draft")
    t.keys("?")
    t.until_shows("Operations", "Close")
    t.keys("Escape")
    t.until_not("Operations")
    t.keys("5")
    t.until_shows("Deactivate Whole Stack", "stop demo")
    t.keys("Enter")
    t.until_shows("gives back", "Done in")
    t.keep("all-off-en-140x40")
    t.keys("Escape")
    t.until_not("gives back")
    t.until_shows("○ demo")
    t.keys("q")
    t.until_not("Activity")
    t.ask_the_shell("echo code $?")
    t.until_shows("code 0")


def test_the_installation_has_the_terminal_and_gives_it_back(terminal: Terminal) -> None:
    """Whatever it asks here is not answered: Ctrl-C is its own, and the app behind it goes on."""
    begin(terminal)
    terminal.keys("2")
    terminal.until_shows_one("[s/n]", "Pulsa enter")
    if "Pulsa enter" not in terminal.shows:
        terminal.keys("C-c")
        terminal.until_shows("Pulsa enter")
    terminal.keys("Enter")
    terminal.until_shows("Actividad", "SmolLM2")
    terminal.keys("q")
    terminal.until_not("Actividad")
    terminal.ask_the_shell("echo code $?")
    terminal.until_shows("code 0")


def test_a_size_whose_signal_is_lost_is_taken_up(terminal: Terminal) -> None:
    deaf = "import os, signal, sys; signal.pthread_sigmask(0, [signal.SIGWINCH]); os.execv(sys.argv[1], sys.argv[1:])"
    terminal.type(shlex.join([sys.executable, "-c", deaf, sys.executable, str(MAIN), "--lang", "en"]))
    terminal.until_shows("Menu", "qwen")
    terminal.tmux("resize-window", "-x", "140", "-y", "40")
    terminal.until_shows("t theme   q leave")


def test_into_the_background_and_back(terminal: Terminal) -> None:
    begin(terminal)
    terminal.keys("C-z")
    terminal.until_not("Actividad")
    terminal.ask_the_shell("fg")
    terminal.until_shows("Actividad", "SmolLM2")
    terminal.keys("C-c")
    terminal.until_not("Actividad")
    terminal.ask_the_shell("echo code $?")
    terminal.until_shows("code 0")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=str
)
def test_told_to_end_it_leaves_the_terminal_as_it_was(terminal: Terminal, number: int, code: int) -> None:
    begin(terminal)
    terminal.app.send_signal(number)
    terminal.until_not("Actividad")
    terminal.ask_the_shell("echo code $?")
    terminal.until_shows(f"code {code}")


@pytest.mark.parametrize(("keys", "code"), [(("C-c", "C-c"), 0), ((), 129)], ids=["ctrl-c", "hang-up"])
def test_told_to_end_while_something_runs_it_puts_that_away(
    installed: Terminal, keys: tuple[str, ...], code: int
) -> None:
    begin(installed)
    installed.until_shows("c03c30abc61b")
    installed.keys("3")
    installed.until_shows("demo 135m")
    installed.keys("End", "Enter")
    installed.until_shows("arrancar demo")
    app = installed.app
    installed.keys("Enter", *keys)
    if not keys:
        app.send_signal(signal.SIGHUP)
    installed.until_not("Actividad")
    installed.ask_the_shell("echo code $?")
    installed.until_shows(f"code {code}")
    installed.type(shlex.join([sys.executable, str(MAIN), "status"]))
    installed.until_shows("MODELO", "demo")
    assert "▲" not in installed.shows


def test_a_crash_leaves_the_terminal_one_line_and_a_file(terminal: Terminal, tmp_path: Path) -> None:
    script = tmp_path / "crashing.py"
    script.write_text(CRASHING.format(source=str(SOURCE_ROOT)))
    terminal.type(shlex.join([sys.executable, str(script)]))
    terminal.until_shows("Error: Fallo interno de Arriero (ZeroDivisionError)")
    terminal.ask_the_shell("echo code $?")
    terminal.until_shows("code 1")
    assert "Traceback" not in terminal.shows
    (file,) = (Path(os.environ["XDG_STATE_HOME"]) / "arriero" / "logs").glob("internal-*.txt")
    assert "on purpose" in file.read_text()


def background_of(painted: str, word: str) -> int:
    """The code of the colour behind a word of the screen as it was painted."""
    codes = [int(code) for sgr in SGR.findall(painted[: painted.index(word)]) for code in sgr.split(";") if code]
    return next(code for code in reversed(codes) if code in (*range(40, 50), *range(100, 108)))


@pytest.mark.parametrize("name", ["xterm-16color", "linux", "screen"])
def test_sixteen_colours_are_enough(terminal: Terminal, name: str) -> None:
    terminal.type(f"env -u COLORTERM TERM={name} {shlex.join([sys.executable, str(MAIN)])}")
    terminal.until_shows("Menú", "SmolLM2", "inactivo")
    painted = terminal.tmux("capture-pane", "-p", "-e")
    codes = {int(code) for sgr in SGR.findall(painted) for code in sgr.split(";") if code}
    assert not codes & {38, 48}  # colours by number, of 256 or of millions
    assert codes & set(range(90, 98))
    assert background_of(painted, "qwen") != background_of(painted, "deepseek")
    terminal.keys("Tab", "Tab")
    terminal.until_shows("enter ejecuta")
    painted = terminal.tmux("capture-pane", "-p", "-e")
    assert background_of(painted, "Validar") != background_of(painted, "Instalar Stack")


def test_without_colours_nothing_is_coloured(terminal: Terminal) -> None:
    terminal.type(f"NO_COLOR=1 {shlex.join([sys.executable, str(MAIN)])}")
    terminal.until_shows("Menú", "SmolLM2", "inactivo")
    painted = terminal.tmux("capture-pane", "-p", "-e")
    mixed = [rgb for rgb in re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", painted) if len(set(rgb)) > 1]
    assert mixed == []
    plain = {int(code) for sgr in SGR.findall(painted) if "8;" not in sgr for code in sgr.split(";") if code}
    assert not plain & {*range(31, 37), *range(41, 47), *range(91, 97), *range(101, 107)}


def test_a_dumb_terminal_gets_the_lines(terminal: Terminal) -> None:
    terminal.type(f"TERM=dumb {shlex.join([sys.executable, str(MAIN), '--lang', 'en'])}")
    terminal.until_shows("0  Leave", "Number:")
    terminal.type("0")
    terminal.ask_the_shell("echo code $?")
    terminal.until_shows("code 0")
