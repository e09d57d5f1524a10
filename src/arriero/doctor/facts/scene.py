"""Our stack as it is now, looked at once for all checks; nothing of it is written down."""

from __future__ import annotations

from arriero.doctor.site import Site
from arriero.stack.describing import describe_stack
from arriero.stack.observing import Scene
from arriero.stack.observing import look as look_around
from arriero.stack.results import StackStatus


async def scene(site: Site) -> Scene:
    return await look_around(site.world)


async def stack(site: Site) -> StackStatus:
    return describe_stack(site.world, await site.fact(scene))


async def ours_on_card(site: Site) -> frozenset[int]:
    """The processes of our services, as the card names them."""
    return frozenset((await site.fact(scene)).card.pids)
