"""`accept`: the specification's figures, with what other rooms know of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from arriero.cli.call import Call, Reply
from arriero.cli.errors import Interrupted
from arriero.cli.render.measure_accept import render_acceptance
from arriero.core.errors import ArrieroError, EnvironmentFault, NotFoundError
from arriero.i18n import describe_error
from arriero.measure.accepting import Told, rehearse
from arriero.measure.accepting import accept as use_case
from arriero.measure.errors import RequirementsNotMet

if TYPE_CHECKING:
    from arriero.stack.world import World


def accept(call: Call) -> Reply:
    if call.args.dry_run:
        told = rehearse()
        return Reply(told, render_acceptance(told, call.look))
    world = call.world()
    doing = use_case(world, lambda: _toolkit(call, world), lambda: _editor(call, world, call.environ), call.narrate)
    told = asyncio.run(doing)
    failures: list[ArrieroError] = [RequirementsNotMet(told.not_met)] if told.not_met else []
    if told.fault:
        failures.insert(0, told.fault)
    if told.interrupted:
        failures.insert(0, Interrupted(call.args.verb, changes=False))
    return Reply(told, render_acceptance(told, call.look), tuple(failures), nothing_done=True)


async def _toolkit(call: Call, world: World) -> Told:
    """As `validate toolkit` sees it."""
    from arriero.doctor import examine_all, open_site
    from arriero.doctor.check import Grade
    from arriero.i18n.check_texts import tell_check

    checked = await examine_all(open_site(world, call.environ), ["toolkit"])
    wrong = [one for one in checked if one.grade is Grade.ERROR]
    if wrong:
        return Told(well=False, detail="; ".join(tell_check(one, call.texts).seen for one in wrong))
    good = any(one.grade is Grade.GOOD for one in checked) and not any(one.grade is Grade.UNKNOWN for one in checked)
    seen = dict.fromkeys(tell_check(one, call.texts).seen for one in checked if one.grade is not Grade.GOOD)
    return Told(well=True) if good else Told(well=None, detail="; ".join(seen))


async def _editor(call: Call, world: World, environ: Mapping[str, str]) -> Told:
    """As `connect kilo --check` does it."""
    from arriero.clients.checking import check

    try:
        await check(world, environ, call.narrate)
    except (EnvironmentFault, NotFoundError) as fault:
        return Told(well=None, detail=describe_error(fault, call.texts))
    except ArrieroError as fault:
        return Told(well=False, detail=describe_error(fault, call.texts))
    return Told(well=True)
