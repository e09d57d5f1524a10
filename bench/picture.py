"""`python -m bench picture`: measures the demo model beside llama.cpp's bare server, and opens the report in Chromium.

Light and dark, as wide as a desk and as narrow as a phone: nothing may be said in the console, nothing asked of the
network, nothing wider than the window. Two of the pictures are those of the documentation.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from arriero.core.paths import PROJECT_ROOT
from arriero.engine.llama.threads import machine_threads, waiting_environment
from bench.chromium import chromium
from bench.rig import Installation, free_port, wait_until_listening

SCREENS = PROJECT_ROOT / "docs" / "screens"
DESK, PHONE = 1100, 390
SHOTS = (
    ("report", DESK, False),
    ("report-dark", DESK, True),
    ("report-phone", PHONE, False),
    ("report-phone-dark", PHONE, True),
)
SHORT = ("--quick", "--context", "128,256,512")  # three places on the plots, and no time limit
KEPT = ("report", "report-phone-dark")


def run(here: Installation) -> int:
    report = here.folder / "report.html"
    _measure(here, report)
    complaints = asyncio.run(_open(report))
    print(*complaints or ["opened light and dark, at a desk and on a phone: nothing to complain about"], sep="\n")
    return 1 if complaints else 0


def _measure(here: Installation, report: Path) -> None:
    """Prints the table of both."""
    port = free_port()
    script = str(Path(__file__).with_name("bare_server.py"))
    command = [sys.executable, script, str(here.gguf), str(port), str(machine_threads())]
    environ = here.environ | waiting_environment(here.environ)
    here.command("activate", "demo")
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bare:
        try:
            wait_until_listening(port, bare)
            words = ["bench", "demo", "--url", f"http://127.0.0.1:{port}/v1", "--report", str(report), "--lang", "en"]
            subprocess.run([PROJECT_ROOT / "main.sh", *words, *SHORT], env=here.environ, check=True)
        finally:
            bare.terminate()


async def _open(report: Path) -> list[str]:
    complaints = []
    async with chromium() as browser:
        for name, width, dark in SHOTS:
            shot = await browser.shoot(report, width, dark=dark, phone=width == PHONE)
            complaints += [f"{name}: {said}" for said in shot.said]
            complaints += [f"{name}: {shot.overflow_px} px too wide"] if shot.overflow_px else []
            (report.parent / f"{name}.png").write_bytes(shot.picture)
            if name in KEPT:
                (SCREENS / f"{name}.png").write_bytes(shot.picture)
    return complaints
