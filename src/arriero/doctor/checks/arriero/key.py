"""Is the API key there, and for nobody else to read?"""

from __future__ import annotations

import stat

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    path = site.settings.engine.api_key_file
    if path is None:
        return saw("none_asked")
    if not path.exists():
        return saw("missing", path=str(path))
    if not path.read_text().strip():
        return saw("empty", path=str(path))
    open_to_others = path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
    return saw("readable" if open_to_others else "kept", path=str(path))


CHECK = Check(
    code="arriero.key",
    subject=Subject.ARRIERO,
    kinds={
        "kept": Grade.GOOD,
        "none_asked": Grade.SKIPPED,
        "readable": Grade.WARNING,
        "empty": Grade.ERROR,
        "missing": Grade.ERROR,
    },
    look=look,
)
