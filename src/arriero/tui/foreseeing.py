"""What an operation would do, worked out before anybody is asked: its dry run, and the memory and disk it takes."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arriero.config.lines import KeyPath
from arriero.config.schema import dotted
from arriero.core.paths import places
from arriero.registry.control import PullControl
from arriero.tui.doing import Deed, Picked
from arriero.tui.host import Host
from arriero.tui.operations import Operation

if TYPE_CHECKING:
    from arriero.stack.fits import VariantFit
    from arriero.stack.world import World


@dataclass(frozen=True)
class Foreseen:
    """`result` is the dry run's. `fit`: of what would be activated; `disk`: a folder that bytes may be fetched into,
    and what is free there. `context` is what it would be activated with.
    """

    result: object
    fit: VariantFit | None = None
    disk: tuple[str, int] | None = None
    context: int | None = None


def context_key(world: World, picked: Picked) -> KeyPath:
    """Where the context that counts for this variant is declared."""
    slot = world.slot(picked.slot or "")
    variant = world.variant(slot, picked.variant)
    own = ("variants", variant.name) if variant.context is not None else ()
    return ("slots", slot.id, *own, "context")


def world_for(host: Host, picked: Picked) -> World:
    """As it would be with what was picked. Blocking; raises what opening raises, and SettingOverruled."""
    world = host.open_world()
    if picked.context is None:
        return world
    path = context_key(world, picked)
    host.keeping.require_ours(path)
    return host.keeping.open_with({dotted(path): str(picked.context)})


async def foresee(host: Host, operation: Operation, picked: Picked) -> Foreseen:
    """In a thread with a loop of its own. Raises as the use case does, and as `world_for`."""
    return await asyncio.to_thread(lambda: asyncio.run(foresee_now(host, operation, picked)))


async def foresee_now(host: Host, operation: Operation, picked: Picked) -> Foreseen:
    assert operation.act is not None
    world = await asyncio.to_thread(world_for, host, picked)
    result = await operation.act(Deed(world, picked, lambda _: None, PullControl(), dry_run=True))
    disk = await asyncio.to_thread(_disk, world.configuration.settings.models_dir) if operation.pausable else None
    if operation.name != "activate":
        return Foreseen(result, disk=disk)
    slot = world.slot(picked.slot or "")
    return Foreseen(result, await _fit(world, picked), disk, slot.context_of(world.variant(slot, picked.variant)))


async def _fit(world: World, picked: Picked) -> VariantFit | None:
    """As far as it is known here; nobody is asked for it."""
    from arriero.stack.fits import local_fits
    from arriero.stack.plan import PlanOptions, find_room

    name = world.variant(world.slot(picked.slot or ""), picked.variant).name
    fits = await asyncio.to_thread(local_fits, world, await find_room(world, PlanOptions()))
    return next((fit for fit in fits if (fit.slot, fit.variant) == (picked.slot, name)), None)


def _disk(folder: Path) -> tuple[str, int]:
    """Of the nearest folder that is there."""
    there, home = next(path for path in (folder, *folder.parents) if path.exists()), places().home
    told = f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
    return told, shutil.disk_usage(there).free
