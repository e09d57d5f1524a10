#!/usr/bin/env python3
"""Writes docker-compose.yml and docker-compose.cpu.yml from the catalogue. A test fails while they and it differ.

python scripts/make_compose.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from arriero.config.loading import load  # noqa: E402
from arriero.config.specs import SourceKind  # noqa: E402
from arriero.core.paths import places  # noqa: E402
from arriero.runtime.docker.compose_files import render_cpu, render_main  # noqa: E402
from arriero.stack.world import service_of  # noqa: E402


def files() -> dict[str, str]:
    """File name -> text: the catalogue as it comes, whatever this machine's settings say.

    The demo slot is left out: it is for trying without Docker, and gets its container when it is asked for one.
    """
    configuration = load({}, {}, places({"HOME": "/nowhere"}))
    settings = configuration.settings
    slots = [(slot, variant) for slot in configuration.slots if (variant := slot.variant())]
    services = [service_of(settings, slot, variant) for slot, variant in slots if variant.source is SourceKind.REGISTRY]
    return {
        "docker-compose.yml": render_main(services, settings.docker),
        "docker-compose.cpu.yml": render_cpu(services),
    }


if __name__ == "__main__":
    for name, text in files().items():
        (ROOT / name).write_text(text)
