"""Are the keys there that packages' sources are checked with, and may apt's own user read them?

Without: `NO_PUBKEY ...`, or `The key(s) in the keyring ... are ignored as the file is not readable by user '_apt'`. apt
takes a name's ending for its form: .asc is text, .gpg is binary (apt-secure(8)).
"""

from __future__ import annotations

import stat
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.apt_sources import apt_sources
from arriero.doctor.site import Site

_TEXT = b"-----BEGIN PGP"


async def look(site: Site) -> Finding:
    every = await site.fact(apt_sources)
    named = {source.signed_by: source for source in every if source.signed_by.startswith("/")}
    if not named:
        return saw("none_named")
    for keyring, source in sorted(named.items()):
        if kind := _fault(site.host.path(keyring)):
            return saw(kind, path=keyring, file=str(source.file), uri=source.uri)
    return saw("right", keyrings=len(named))


def _fault(path: Path) -> str | None:
    if not path.exists():
        return "missing"
    if not path.stat().st_mode & stat.S_IROTH or not path.parent.stat().st_mode & stat.S_IXOTH:
        return "closed"
    with path.open("rb") as file:
        begin = file.read(len(_TEXT))
    if not begin:
        return "empty"
    return "wrong_form" if (begin == _TEXT) != (path.suffix == ".asc") else None


CHECK = Check(
    code="docker.keyrings",
    subject=Subject.DOCKER,
    kinds={
        "right": Grade.GOOD,
        "none_named": Grade.SKIPPED,
        "missing": Grade.ERROR,
        "closed": Grade.ERROR,
        "empty": Grade.ERROR,
        "wrong_form": Grade.ERROR,
    },
    look=look,
)
