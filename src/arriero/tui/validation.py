"""What can be validated today: the settings, the backend, the database, the store, the models against their registries.

Invariant: each part is looked at now; what is not looked at yet is said, never passed over as good.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arriero.stack.results import StackStatus
from arriero.stack.version_results import CheckReport
from arriero.store.models import StoreProblem

if TYPE_CHECKING:
    from arriero.stack.world import World


@dataclass(frozen=True)
class Validation:
    """`problems` are the store's."""

    status: StackStatus
    problems: tuple[StoreProblem, ...]
    checked: CheckReport


async def validate(world: World) -> Validation:
    """All at once; a registry that cannot be asked is among the check's failures."""
    from arriero.stack.checking import check  # late: the first screen does without
    from arriero.stack.status import status

    seen, problems, checked = await asyncio.gather(
        status(world), asyncio.to_thread(world.store.problems), check(world, None)
    )
    return Validation(seen, tuple(problems), checked)
