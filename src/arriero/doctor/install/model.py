"""The first model: one that was asked for earlier, else the demo model where there is no card, else the most important.

Whatever is active already will do.
"""

from __future__ import annotations

from functools import partial

from arriero.config.specs import BackendKind
from arriero.core.progress import Report
from arriero.doctor.changes import Command, OwnAct
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.driver import driver
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.install.step import BOTH, Step
from arriero.doctor.site import Site
from arriero.stack.activate import activate
from arriero.stack.demo import DEMO_SLOT
from arriero.stack.results import ModelState, Outcome
from arriero.stack.status import status


async def look(site: Site) -> Finding:
    seen = await status(site.world)
    active = [model for model in seen.models if model.state is ModelState.ACTIVE]
    if active:
        return saw("active", slot=active[0].id, url=active[0].url)
    slot = await first(site)
    return saw("inactive", slot=slot, reference=str(site.world.variant(site.world.slot(slot), None).reference))


async def first(site: Site) -> str:
    wished = [slot for slot, wish in site.world.state.desired().items() if wish.active] if site.world.state else []
    if wished:
        return wished[0]
    card = (await site.fact(driver)).here
    return site.world.configuration.slots[0].id if card else DEMO_SLOT


async def plan(site: Site, finding: Finding) -> FixPlan:
    slot = str(finding.params["slot"])
    params = (("slot", slot), ("reference", finding.params["reference"]), ("backend", str(site.world.backend.kind)))
    return FixPlan((OwnAct("activate", partial(_activate, site, slot), params),), _undo(site))


def _undo(site: Site) -> tuple[Command, ...]:
    """The volume is a name for the user's folder: no model goes with it."""
    if site.world.backend.kind == BackendKind.NATIVE:
        return ()
    docker = site.settings.docker
    named = ("docker", "compose", "--project-directory", str(docker.folder), "--project-name", docker.project)
    return (Command((*named, "down", "--volumes")),)


async def _activate(site: Site, slot: str, report: Report) -> Outcome:
    return await activate(site.world, slot, report, keep_others=True)


CHECK = Check("install.model", Subject.MODELS, {"active": Grade.GOOD, "inactive": Grade.ERROR}, look)
FIX = Fix(CHECK.code, frozenset({"inactive"}), plan, acts=frozenset({"activate"}))
STEP = Step(CHECK, FIX, BOTH)
