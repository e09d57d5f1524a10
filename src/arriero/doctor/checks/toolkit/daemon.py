"""Was dockerd started after the toolkit came? It looks for the hooks at its start only; until then, with Docker 29.3
and later, even `AMD CDI spec not found`. When a file of a package came is told by its inode's change time."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.toolkit import started_at_s, toolkit
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    found = await site.fact(toolkit)
    if not found.wanted or found.hook is None:
        return saw("unneeded")
    began = started_at_s(site, "dockerd")
    if began is None:
        return saw("not_running")
    return saw("older" if began < found.hook.stat().st_ctime else "newer")


CHECK = Check(
    code="toolkit.daemon",
    subject=Subject.TOOLKIT,
    kinds={
        "newer": Grade.GOOD,
        "unneeded": Grade.SKIPPED,
        "not_running": Grade.SKIPPED,
        "older": Grade.ERROR,
    },
    look=look,
)
