"""`update SLOT|--all`: the registry's version takes the place of the installed one, or everything stays as it was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from arriero.core.errors import ArrieroError
from arriero.core.progress import Report
from arriero.stack.checking import installed_targets
from arriero.stack.pull import bring, current_of
from arriero.stack.remote import client_for
from arriero.stack.version_results import PulledModel, UpdateReport
from arriero.stack.world import World

if TYPE_CHECKING:
    from arriero.registry.control import PullControl


async def update(
    world: World,
    slot_id: str | None,
    report: Report,
    *,
    insecure: bool = False,
    limit_bytes_per_s: int | None = None,
    control: PullControl | None = None,
) -> UpdateReport:
    """One model after another, each downloaded beside what runs; one that fails keeps the others from nothing.

    Raises SlotUnknown, ModelNotInstalled for a slot without a model.
    """
    pulled: list[PulledModel] = []
    failures: list[ArrieroError] = []
    for target, model in await asyncio.to_thread(installed_targets, world, slot_id):
        if target.from_wheel:
            pulled.append(current_of(target, model))
            continue
        client = client_for(world, target.reference if insecure else None, limit_bytes_per_s)
        try:
            pulled.append(await bring(world, "update", target, client, report, control))
        except ArrieroError as fault:
            failures.append(fault)
    return UpdateReport(tuple(pulled), tuple(failures))
