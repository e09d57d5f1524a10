"""Can the terminal show accents and signs? A locale without UTF-8 spells them as question marks."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_ORDER = ("LC_ALL", "LC_CTYPE", "LANG")  # locale(7)


async def look(site: Site) -> Finding:
    environ = site.host.environ
    name = next((environ[variable] for variable in _ORDER if environ.get(variable)), "")
    if name.upper().replace("-", "").endswith("UTF8"):
        return saw("dumb" if environ.get("TERM") == "dumb" else "utf8", locale=name)
    if name in ("", "C", "POSIX"):
        return saw("unset", locale=name)  # Python takes UTF-8 there by itself (PEP 538, PEP 540)
    return saw("not_utf8", locale=name)


CHECK = Check(
    code="system.terminal",
    subject=Subject.SYSTEM,
    kinds={"utf8": Grade.GOOD, "unset": Grade.GOOD, "dumb": Grade.HINT, "not_utf8": Grade.HINT},
    look=look,
)
