"""What is wrong with the models' store."""

from __future__ import annotations

import asyncio

from arriero.doctor.site import Site
from arriero.store.models import StoreProblem


async def problems(site: Site) -> tuple[StoreProblem, ...]:
    """Raises StorePermission, StoreFailed for a store that cannot be looked into."""
    return tuple(await asyncio.to_thread(site.world.store.problems))
