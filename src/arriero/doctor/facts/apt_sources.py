"""Where apt gets packages from: every enabled source, in the old form of a line and in deb822's (sources.list(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from arriero.doctor.site import Site

_FOLDER = "/etc/apt/sources.list.d"
_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<rest>.*)$")


@dataclass(frozen=True)
class AptSource:
    """`signed_by`: the keyring's path, empty where none is named, "inline" for a key that stands in the file itself."""

    file: Path
    uri: str
    suite: str
    signed_by: str


async def apt_sources(site: Site) -> tuple[AptSource, ...]:
    """In the order of the files' names. Raises OSError for one that may not be read."""
    found = [Path("/etc/apt/sources.list"), *(_absolute(site, path) for path in site.host.lists(_FOLDER))]
    return tuple(source for file in found for source in _read(file, site.host.read(file) or ""))


def _absolute(site: Site, path: Path) -> Path:
    return Path("/") / path.relative_to(site.host.root)


def _read(file: Path, text: str) -> Iterator[AptSource]:
    if file.suffix == ".list":
        for line in text.splitlines():
            if found := _LINE.match(line.strip()):
                signed = re.search(r"signed-by=(\S+)", found["options"] or "", re.IGNORECASE)
                yield AptSource(file, found["uri"].rstrip("/"), found["suite"], signed[1] if signed else "")
    elif file.suffix == ".sources":
        for stanza in re.split(r"\n\s*\n", text):
            yield from _stanza(file, stanza)


def _stanza(file: Path, text: str) -> Iterator[AptSource]:
    fields = dict(_fields(text))
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false", "0"):
        return
    signed = fields.get("signed-by", "")
    for uri in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            yield AptSource(file, uri.rstrip("/"), suite, "inline" if "BEGIN PGP" in signed else signed.strip())


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Names in lower case; what goes on in the next line begins with a space there."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for found in re.finditer(r"^([\w-]+):(.*(?:\n[ \t].*)*)", lines, re.MULTILINE):
        yield found[1].lower(), found[2].strip()
