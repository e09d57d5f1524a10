"""An hour of events before the app: what it holds afterwards, against what it held once it was warm.

`python -m bench.soak_screen [MINUTES]`. The program as it is typed, on a terminal. Without end a model is activated,
its engine and its supervisor are killed, models come and go in the store, the screen is walked over, tasks are begun,
help is opened, the language is changed. Ends with 1 if memory, threads, open files or child processes have grown.
"""

from __future__ import annotations

import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.rig import Installation, installation
from bench.table import Row, render
from bench.terminal import Screened, app

MINUTES = 60.0
WARM = 0.15  # of the time: caches and pools are full by then
KEYS = (b"\t", b"\x1b[B", b"\x1b[A", b"\x1b[F", b"?", b"i", b"t", b"r", b"n", b"h", b"3", b"5", b"9", b"\x10", b"z")
CLOSES = b"\x1b"
PAUSE_S = 0.15
LEAVES_S = 0.5  # Esc and a letter at its heels would be Alt and that letter


@dataclass(frozen=True)
class Held:
    """What the app's process has."""

    memory_mb: float
    threads: int
    files: int
    children: int

    @classmethod
    def by(cls, process: psutil.Process) -> Held:
        memory = process.memory_full_info().uss / 1e6
        return cls(memory, process.num_threads(), process.num_fds(), len(process.children(recursive=True)))


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    minutes = float(words[0]) if words else MINUTES
    with installation() as here, app(here) as (screened, _):
        try:
            events, before, after = soak(here, screened, minutes * 60)
        except EOFError:  # it has ended: why is in a file that goes with the installation
            for file in (here.folder / ".local" / "state" / "arriero" / "logs").glob("internal-*.txt"):
                print(file.read_text())
            raise
        finally:
            shutil.rmtree(strangers(here), ignore_errors=True)
    rows = compared(before, after)
    print(render(rows))
    print(f"\n{minutes:g} min, {events} events and keys")
    return int(not all(row.reached for row in rows))


def soak(here: Installation, screened: Screened, seconds: float) -> tuple[int, Held, Held]:
    began, dice, events = time.monotonic(), random.Random(6), 0
    before: Held | None = None
    while (gone_s := time.monotonic() - began) < seconds:
        events += happen(here, dice) + press(screened, dice)
        if before is None and gone_s > seconds * WARM:
            before = settled(screened)
    assert before
    return events, before, settled(screened)


def happen(here: Installation, dice: random.Random) -> int:
    """Something in another terminal. An activation that is killed in the middle of it is something too."""
    match dice.randrange(4):
        case 0:
            here.command("activate", "demo")
        case 1:
            kill_engines(here)
        case 2:
            here.command("down")
        case _:
            manifest = strangers(here) / str(dice.randrange(9))
            manifest.parent.mkdir(exist_ok=True)
            manifest.unlink() if manifest.exists() else manifest.write_text("{}")
    return 1


def strangers(here: Installation) -> Path:
    return here.models / "manifests" / "registry.ollama.ai" / "library" / "soak"


def kill_engines(here: Installation) -> None:
    marks = ("arriero.engine", "arriero.runtime.native.supervisor")
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if any(mark in line for mark in marks) and str(here.folder) in line + here_of(process):
            process.kill()


def here_of(process: psutil.Process) -> str:
    """The installation that it belongs to, by its home."""
    try:
        return process.environ().get("HOME", "")
    except psutil.Error:
        return ""


def press(screened: Screened, dice: random.Random) -> int:
    """As somebody does who looks around; whatever a key opens is closed again."""
    for key in (some := [dice.choice(KEYS) for _ in range(12)]):
        screened.type(key)
        screened.read_for(PAUSE_S)
        screened.type(CLOSES)
        screened.read_for(LEAVES_S if key == KEYS[-2] else PAUSE_S)
    return len(some)


def settled(screened: Screened) -> Held:
    """With every dialog closed and every task at its end."""
    for _ in range(6):
        screened.type(CLOSES)
        screened.read_for(LEAVES_S)
    screened.read_for(10)
    return Held.by(screened.process)


def compared(before: Held, after: Held) -> list[Row]:
    def row(what: str, old: float, new: float, more: float, unit: str = "") -> Row:
        grown = new - old
        return Row(
            what, f"{new:.0f}{unit}", f"warm {old:.0f}{unit}", grown, f"{grown:+.1f}{unit}", f"<= {more:g}{unit}"
        )

    return [
        row("app, memory of its own", before.memory_mb, after.memory_mb, 15, " MB"),
        row("app, threads", before.threads, after.threads, 4),
        row("app, open files", before.files, after.files, 4),
        row("app, processes below it", before.children, after.children, 0),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
