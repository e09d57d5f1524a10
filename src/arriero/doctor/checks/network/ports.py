"""Are the slots' ports and the gateway's free, or held by what is ours?"""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import engine
from arriero.doctor.facts.scene import scene
from arriero.doctor.site import Site
from arriero.runtime import proc
from arriero.runtime.backend import PortHolder
from arriero.runtime.docker.inspecting import port_holder
from arriero.runtime.ports import holder


async def look(site: Site) -> Finding:
    strangers = await _strangers(site)
    if not strangers:
        return saw("free_or_ours")
    first = strangers[0]
    told = [_told(each) for each in strangers]
    if first.process == "ollama" and not first.container:
        return saw("ollama", port=first.port, holders=told)
    if first.container:
        return saw("container", port=first.port, container=first.container, holders=told)
    return saw("program" if first.pid else "unseen", port=first.port, holders=told)


async def _strangers(site: Site) -> list[PortHolder]:
    views = (await site.fact(scene)).snapshots
    of_slots = [seen.holder for seen in views.values() if seen.holder]
    gateway = await asyncio.to_thread(holder, site.settings.gateway.port)
    found = [await _named(site, each) for each in of_slots]
    if gateway and not _is_ours(gateway.pid):
        found.append(await _named(site, gateway))
    return sorted(found, key=lambda each: each.port)


async def _named(site: Site, seen: PortHolder) -> PortHolder:
    """With the container's name, where an engine knows it."""
    found = await site.fact(engine)
    return (await port_holder(found, seen) if found else None) or seen


def _is_ours(pid: int) -> bool:
    seen = proc.facts(pid)
    return seen is not None and any(word.startswith("arriero") for word in seen.command)


def _told(seen: PortHolder) -> str:
    who = seen.container or seen.process
    return f"{seen.port}: {who}" + (f" (pid {seen.pid})" if seen.pid and not seen.container else "")


CHECK = Check(
    code="network.ports",
    subject=Subject.NETWORK,
    kinds={
        "free_or_ours": Grade.GOOD,
        "ollama": Grade.ERROR,
        "container": Grade.ERROR,
        "program": Grade.ERROR,
        "unseen": Grade.ERROR,
    },
    look=look,
)
