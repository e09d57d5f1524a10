"""Is each place that apt gets packages from written down once?

Foreign fact: Docker's instructions changed from docker.list to docker.sources, and NVIDIA's key moved; with both forms
left apt does nothing any more: `Conflicting values set for option Signed-By regarding source ...` (apt-pkg).
"""

from __future__ import annotations

from collections import defaultdict

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.apt_sources import AptSource, apt_sources
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    every = await site.fact(apt_sources)
    if not every:
        return saw("no_apt")
    doubled = {place: given for place, given in by_place(every).items() if len(given) > 1}
    for (uri, suite), given in sorted(doubled.items(), key=lambda item: len({s.signed_by for s in item[1]}) == 1):
        kind = "conflict" if len({source.signed_by for source in given}) > 1 else "twice"
        return saw(kind, uri=uri, suite=suite, files=sorted({str(source.file) for source in given}))
    return saw("right", sources=len(every))


def by_place(every: tuple[AptSource, ...]) -> dict[tuple[str, str], list[AptSource]]:
    places: defaultdict[tuple[str, str], list[AptSource]] = defaultdict(list)
    for source in every:
        places[source.uri, source.suite].append(source)
    return dict(places)


CHECK = Check(
    code="docker.sources",
    subject=Subject.DOCKER,
    kinds={"right": Grade.GOOD, "no_apt": Grade.SKIPPED, "twice": Grade.HINT, "conflict": Grade.ERROR},
    look=look,
)
