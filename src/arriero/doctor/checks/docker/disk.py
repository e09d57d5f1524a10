"""Is there room where the engine keeps images and containers?

With the containerd image store (the default of a fresh Docker 29) that is /var/lib/containerd as well, and layers lie
there packed and unpacked (docker/docs, storage/containerd).
"""

from __future__ import annotations

import os
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import described
from arriero.doctor.site import Site

TIGHT_BYTES = 10 << 30  # Ollama's image takes about six GiB while it is unpacked
FULL_BYTES = 1 << 30


async def look(site: Site) -> Finding:
    told = await site.fact(described)
    places = [Path(path) for path in told.image_dirs if site.host.exists(path)] if told else []
    if not places:
        return saw("unseen")
    free_bytes, path = min((_free_bytes(site.host.path(place)), place) for place in places)
    kind = "full" if free_bytes < FULL_BYTES else "tight" if free_bytes < TIGHT_BYTES else "roomy"
    return saw(kind, path=str(path), free_bytes=free_bytes)


def _free_bytes(path: Path) -> int:
    """What the daemon, which is root, may still write there."""
    seen = os.statvfs(path)
    return seen.f_bfree * seen.f_frsize


CHECK = Check(
    code="docker.disk",
    subject=Subject.DOCKER,
    kinds={"roomy": Grade.GOOD, "unseen": Grade.SKIPPED, "tight": Grade.WARNING, "full": Grade.ERROR},
    look=look,
)
