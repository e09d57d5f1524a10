"""The program as a person has it: typed into a shell in a real terminal (tmux), keys sent, the screen read.

TUI_CAPTURES=FOLDER keeps the screens as text, and TUI_CLONE=FOLDER has the session in a clone, from its first start on:
`make screens` makes docs/screens so.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from arriero.core.paths import SOURCE_ROOT
from stack_world import install_brief

MAIN = SOURCE_ROOT.parent / "main.py"
LIMIT_S = 90.0
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


@dataclass(frozen=True)
class Terminal:
    """One tmux server with one window in it, and a shell in that."""

    socket: Path

    def tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), *words], capture_output=True, text=True, check=True, timeout=20
        )
        return done.stdout

    @property
    def shows(self) -> str:
        return self.tmux("capture-pane", "-p")

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)
        self.keys("Enter")

    def until_shows(self, *texts: str) -> None:
        self._until(lambda: all(text in self.shows for text in texts), f"did not show {texts}")

    def until_shows_one(self, *texts: str) -> None:
        self._until(lambda: any(text in self.shows for text in texts), f"showed none of {texts}")

    def ask_the_shell(self, text: str) -> None:
        """Types it once the prompt is there: what is typed while a program ends may be lost with its settings."""
        self._until(lambda: self.shows.rstrip().endswith("READY"), "did not come back to the shell")
        self.type(text)

    def until_not(self, text: str) -> None:
        self._until(lambda: text not in self.shows, f"still shows {text}")

    def _until(self, condition, told: str) -> None:  # type: ignore[no-untyped-def]
        deadline = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < deadline, f"{told}:\n{self.shows}"
            time.sleep(0.05)

    @property
    def app(self) -> psutil.Process:
        """The Python of ours in it."""
        (shell,) = self.tmux("list-panes", "-F", "#{pane_pid}").split()
        return next(p for p in psutil.Process(int(shell)).children(recursive=True) if str(MAIN) in p.cmdline())

    def keep(self, name: str) -> None:
        if folder := os.environ.get("TUI_CAPTURES"):
            text = "\n".join(line.rstrip() for line in self.shows.splitlines()).rstrip()
            Path(folder, f"{name}.txt").write_text(text + "\n")


@pytest.fixture
def terminal(tmp_path: Path, free_port: int) -> Iterator[Terminal]:
    """80x24, Spanish; the demo slot on a port of its own and its model there."""
    if shutil.which("tmux") is None:
        missing = "tmux is not installed: apt-get install tmux"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    environ = {
        **os.environ,
        "ARRIERO_DATABASE": f"{os.environ['HOME']}/models.db",
        "ARRIERO_SLOTS__DEMO__PORT": str(free_port),
        "ARRIERO_YES": "1",  # a clone makes its environment without asking
        "PS1": "READY ",
    }
    for name in ("TMUX", "TMUX_PANE"):
        environ.pop(name, None)
    here = Terminal(Path(os.environ["XDG_RUNTIME_DIR"]) / "tmux")
    start = ["new-session", "-d", "-x", "80", "-y", "24", "bash", "--norc", "--noprofile", "-i"]
    subprocess.run(["tmux", "-S", str(here.socket), "-f", "/dev/null", *start], env=environ, check=True)
    try:
        here.until_shows("READY")
        yield here
    finally:
        subprocess.run([sys.executable, str(MAIN), "down", "-q"], env=environ, check=True, capture_output=True)
        here.tmux("kill-server")


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


def test_a_dumb_terminal_gets_the_lines(terminal: Terminal) -> None:
    terminal.type(f"TERM=dumb {shlex.join([sys.executable, str(MAIN), '--lang', 'en'])}")
    terminal.until_shows("0  Leave", "Number:")
    terminal.type("0")
    terminal.ask_the_shell("echo code $?")
    terminal.until_shows("code 0")
