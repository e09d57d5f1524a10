"""A real terminal: tmux with a shell in it, keys sent, the screen read.

TUI_CAPTURES=FOLDER keeps the screens as text and as pictures, and TUI_CLONE=FOLDER has the program started in a clone,
from its first start on: `make screens` makes docs/screens so.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from rich.console import Console
from rich.text import Text

from arriero.core.paths import SOURCE_ROOT

MAIN = SOURCE_ROOT.parent / "main.py"
LIMIT_S = 90.0
CAPTURES = os.environ.get("TUI_CAPTURES")


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

    def _until(self, condition: Callable[[], object], told: str) -> None:
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
        if CAPTURES:
            text = "\n".join(line.rstrip() for line in self.shows.splitlines()).rstrip()
            Path(CAPTURES, f"{name}.txt").write_text(text + "\n")

    def picture(self, name: str) -> None:
        if CAPTURES:
            columns = int(self.tmux("display", "-p", "#{pane_width}"))
            console = Console(file=io.StringIO(), record=True, width=columns, color_system="truecolor")
            painted = Text.from_ansi(self.tmux("capture-pane", "-p", "-e", "-N").removesuffix("\n"))
            console.print(painted, soft_wrap=True)
            svg = console.export_svg(title="./main.sh")
            without_fonts = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # they lie elsewhere
            Path(CAPTURES, f"{name}.svg").write_text(without_fonts)


def require(program: str, package: str) -> str:
    """Where it is. In CI it has to be there."""
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        missing = f"{program} is not installed: apt-get install {package}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return found


@contextmanager
def opened(demo_port: int) -> Iterator[Terminal]:
    """80x24, Spanish; the demo slot on a port of its own."""
    require("tmux", "tmux")
    environ = {
        **os.environ,
        "ARRIERO_DATABASE": f"{os.environ['HOME']}/models.db",
        "ARRIERO_SLOTS__DEMO__PORT": str(demo_port),
        "ARRIERO_YES": "1",  # a clone makes its environment without asking
        **({"COLORTERM": "truecolor"} if CAPTURES else {}),
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
