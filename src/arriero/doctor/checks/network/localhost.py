"""Does `localhost` mean 127.0.0.1 here? The models' ports are open there and not on ::1: `ECONNREFUSED ::1:11434`."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    lines = (line.partition("#")[0].split() for line in (site.host.read("/etc/hosts") or "").splitlines())
    addresses = [words[0] for words in lines if "localhost" in words[1:]]
    if any(address.startswith("127.") for address in addresses):
        return saw("four")
    return saw("six_only" if "::1" in addresses else "missing")


CHECK = Check(
    code="network.localhost",
    subject=Subject.NETWORK,
    kinds={"four": Grade.GOOD, "missing": Grade.HINT, "six_only": Grade.WARNING},
    look=look,
)
