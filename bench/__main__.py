"""`python -m bench`: the table. `python -m bench soak [SECONDS]`: load for a minute. `python -m bench live`: Kilo.
`python -m bench fit`: predicted memory against what llama.cpp allocates. `python -m bench measuring`: what measuring
costs. `python -m bench picture`: a report in a real browser. `python -m bench screen`: the app alone."""

from __future__ import annotations

import asyncio
import os
import platform
import signal
import sys

from bench import commands, containers, fit, live, measuring, noticing, picture, screen, serving, soak
from bench.rig import installation
from bench.table import render


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way out
    if words[:1] == ["fit"]:
        return fit.run()
    with installation() as here:
        if words[:1] == ["soak"]:
            return asyncio.run(soak.run(here, float(words[1]) if words[1:] else 60))
        if words[:1] == ["live"]:
            return live.run(here)
        if words[:1] == ["picture"]:
            return picture.run(here)
        if words[:1] in (["screen"], ["measuring"]):
            alone = [*screen.measure(here), *noticing.measure(here)] if words[:1] == ["screen"] else None
            print(render(alone or asyncio.run(measuring.measure(here))))
            return 0
        rows = [*asyncio.run(serving.measure(here)), *commands.measure(here), *fit.rows()]
        rows += containers.measure(here.gguf)
        rows += noticing.measure(here)
        rows += asyncio.run(measuring.measure(here))
    load = os.getloadavg()[0]
    print(f"\n{os.cpu_count()} processors, Python {platform.python_version()}, load average at the end {load:.1f}\n")
    print(render(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
