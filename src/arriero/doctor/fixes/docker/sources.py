"""Puts the older of two files aside that name the same place for packages: a line's form where there is deb822's."""

from __future__ import annotations

from pathlib import Path

from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.sources import CHECK, by_place
from arriero.doctor.facts.apt_sources import apt_sources
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    """Only a file of which nothing is lost: everything that it names is named in another one too."""
    every = await site.fact(apt_sources)
    twofold = by_place(every)[str(finding.params["uri"]), str(finding.params["suite"])]
    for file in sorted({source.file for source in twofold}, key=_newer):
        rest = by_place(tuple(source for source in every if source.file != file))
        if all((source.uri, source.suite) in rest for source in every if source.file == file):
            text = site.host.read(file)
            return FixPlan((FileWritten(file, None, root=True),), (FileWritten(file, text, root=True),))
    return CannotFix("mixed", (("files", sorted({str(source.file) for source in twofold})),))


def _newer(file: Path) -> tuple[bool, str]:
    """Older ones first; apt's own list is touched last."""
    return file.suffix == ".sources" or file.name == "sources.list", str(file)


FIX = Fix(CHECK.code, frozenset({"conflict", "twice"}), plan, frozenset({"mixed"}))
