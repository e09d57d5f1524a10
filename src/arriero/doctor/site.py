"""Where an examination takes place: the machine, and our own stack on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from arriero.config.specs import Settings
from arriero.doctor.host import Host
from arriero.stack.world import World

T = TypeVar("T")
Fact = Callable[["Site"], Coroutine[Any, Any, T]]


@dataclass(frozen=True)
class Site:
    """One examination's. What several checks need is a *fact*: a function of the site, asked once however many want it.

    info = await site.fact(docker_info)
    """

    host: Host
    world: World
    _facts: dict[Fact[Any], asyncio.Future[Any]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self.world.configuration.settings

    def fact(self, ask: Fact[T]) -> Awaitable[T]:
        """What `ask` answers, or raises, to everyone who wants to know."""
        if ask not in self._facts:
            self._facts[ask] = asyncio.ensure_future(ask(self))
        return asyncio.shield(self._facts[ask])

    def fresh(self) -> Site:
        """The same place with nothing known of it: for looking again after something was changed."""
        return Site(self.host, self.world)


def open_site(world: World, environ: Mapping[str, str]) -> Site:
    """This machine, as the user sees it whose environment that is."""
    return Site(Host(environ), world)
