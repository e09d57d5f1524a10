"""The doctor's checks, and which models are not the newest: what key 1 shows, and what the start of the app looks at.

Invariant: it only looks. What mends a finding is the command that the doctor offers for it, run as it is typed.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arriero.stack.version_results import CheckReport

if TYPE_CHECKING:
    from arriero.doctor.check import Checked
    from arriero.stack.world import World


@dataclass(frozen=True)
class Validation:
    """`mendable`: codes of the checks whose finding has a fix."""

    checked: tuple[Checked, ...]
    mendable: frozenset[str]
    versions: CheckReport


async def validate(world: World) -> Validation:
    """All at once; a registry that cannot be asked is among the versions' failures."""
    from arriero.doctor import examine_all, open_site  # late: the first screen does without
    from arriero.doctor.mending import fix_of
    from arriero.stack.checking import check

    site = await asyncio.to_thread(open_site, world, os.environ)
    checked, versions = await asyncio.gather(examine_all(site), check(world, None))
    mendable = frozenset(one.check.code for one in checked if not one.grade.ok and fix_of(one))
    return Validation(checked, mendable, versions)
