"""Does anything of this installation run that nobody looks after: an engine of a slot that is not in the catalogue any
more, or one whose supervisor is gone, which nobody would start again?"""

from __future__ import annotations

import asyncio

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.runtime import proc
from arriero.runtime.native.finding import MARK, find

ENGINE = ("-m", "arriero.engine")


async def look(site: Site) -> Finding:
    return await asyncio.to_thread(_look, site)


def _look(site: Site) -> Finding:
    run_dir = site.settings.run_dir.absolute()
    slots = [slot.id for slot in site.world.configuration.slots]
    strangers = {pid: slot for pid, slot in _engines(f"@{run_dir}").items() if slot not in slots}
    if strangers:
        return saw("undeclared", slots=tuple(sorted(set(strangers.values()))), pids=tuple(sorted(strangers)))
    orphans = {name: f.engine.pid for name, f in find(run_dir, slots, ENGINE).items() if f.engine and not f.supervisor}
    if orphans:
        return saw("orphaned", slots=tuple(orphans), pids=tuple(orphans.values()))
    return saw("none")


def _engines(mark: str) -> dict[int, str]:
    """Slot by pid of every engine that was started from this run folder."""
    found = {}
    for pid, seen in proc.own_processes().items():
        is_engine = seen.command[1:4] == (*ENGINE, "--slot") and len(seen.command) > 4
        if is_engine and proc.environment(pid).get(MARK, "").endswith(mark):
            found[pid] = seen.command[4]
    return found


CHECK = Check(
    code="arriero.processes",
    subject=Subject.ARRIERO,
    kinds={"none": Grade.GOOD, "undeclared": Grade.WARNING, "orphaned": Grade.WARNING},
    look=look,
)
