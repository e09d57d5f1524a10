"""Are containers that serve models open to the whole network? Ollama asks nobody for a key.

Foreign fact: published ports pass by ufw, whose rules come after Docker's (docker/docs, packet-filtering-firewalls).
"""

from __future__ import annotations

from typing import Any

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import listed
from arriero.doctor.site import Site
from arriero.runtime.docker.compose_files import PORT_INSIDE, SLOT_LABEL
from arriero.runtime.docker.container import PROJECT_LABEL

_ANYONE = ("0.0.0.0", "::")  # noqa: S104  # read, not bound


async def look(site: Site) -> Finding:
    every = await site.fact(listed)
    if every is None:
        return saw("no_engine")
    project = site.settings.docker.project
    opened = [one for one in every if _is_open(one)]
    ours = [one for one in opened if one["Labels"].get(PROJECT_LABEL) == project]
    theirs = [one for one in opened if one not in ours and _serves_models(one)]
    wall = "ufw" if "ENABLED=yes" in (site.host.read("/etc/ufw/ufw.conf") or "") else ""
    if ours:
        slots = [str(one["Labels"].get(SLOT_LABEL, "")) for one in ours]
        return saw("ours", names=_names(ours), slots=slots, firewall=wall)
    return saw("theirs", names=_names(theirs), firewall=wall) if theirs else saw("closed")


def _is_open(listed_one: dict[str, Any]) -> bool:
    return any(port.get("IP") in _ANYONE and port.get("PublicPort") for port in listed_one.get("Ports") or [])


def _serves_models(listed_one: dict[str, Any]) -> bool:
    inside = {port.get("PrivatePort") for port in listed_one.get("Ports") or []}
    return PORT_INSIDE in inside or "ollama" in str(listed_one.get("Image", ""))


def _names(found: list[dict[str, Any]]) -> list[str]:
    return [one["Names"][0].lstrip("/") for one in found]


CHECK = Check(
    code="network.exposure",
    subject=Subject.NETWORK,
    kinds={"closed": Grade.GOOD, "no_engine": Grade.SKIPPED, "theirs": Grade.WARNING, "ours": Grade.ERROR},
    look=look,
)
