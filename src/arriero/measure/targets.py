"""Whose figures are taken: active slots, or a server by its address; with all that their figures depend on."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata

from arriero.config.specs import BackendKind
from arriero.core.ids import Reference
from arriero.hardware.machine import look_at_machine
from arriero.hardware.values import GpuSnapshot
from arriero.measure import prompts
from arriero.measure.asking import Server, find_server
from arriero.measure.errors import NothingActive
from arriero.measure.values import Environment
from arriero.measure.wire import Address, Broken
from arriero.runtime.ports import holder
from arriero.stack.chat import find_target, read_key
from arriero.stack.describing import describe_slot
from arriero.stack.observing import Scene, look
from arriero.stack.results import ModelState
from arriero.stack.world import World


@dataclass(frozen=True)
class Target:
    """`pid`: the server's first process on this machine, None when it is elsewhere or cannot be seen."""

    server: Server
    environment: Environment
    pid: int | None


async def active_slots(world: World) -> tuple[str, ...]:
    """Raises NothingActive."""
    scene = await look(world)
    states = {slot.id: describe_slot(world, slot, scene) for slot in world.configuration.slots}
    active = tuple(slot for slot, seen in states.items() if seen.state is ModelState.ACTIVE)
    if not active:
        installed = [slot for slot, seen in states.items() if seen.installed]
        raise NothingActive((installed or [*states])[0])
    return active


async def slot_target(world: World, slot_id: str, *, warm: bool = True) -> Target:
    """`warm`: has it load its model first, so that what it runs on can be seen. Raises SlotUnknown, SlotInactive, and
    what `find_server` raises.
    """
    chat = await find_target(world, slot_id)
    server = await find_server(chat.url.removesuffix("/v1"), chat.model, chat.api_key)
    if warm:
        await _warm(server)
    scene = await look(world)
    return Target(
        server, await asyncio.to_thread(_of_slot, world, scene, slot_id, server), scene.snapshots[slot_id].pid
    )


def _of_slot(world: World, scene: Scene, slot_id: str, server: Server) -> Environment:
    slot = world.slot(slot_id)
    seen, snapshot = describe_slot(world, slot, scene), scene.snapshots[slot_id]
    model = scene.model(Reference.parse(seen.reference))
    weights = model.layer("model") if model else None
    told = Environment(
        slot=slot_id,
        url=server.url,
        model=seen.reference,
        digest=weights.digest if weights else None,
        version=seen.version,
        quantisation=model.config.quantization or None if model else None,
        engine=_engine(seen.backend, snapshot.version),
        backend=seen.backend,
        context=seen.context or seen.declared_context,
        kv_cache=seen.kv_cache,
        parallel=world.configuration.settings.engine.parallel,
        speculation=str(slot.speculation),
        on=seen.processor,
    )
    return _on_this_machine(told, scene.card.gpu, scene.card.ours.get(slot_id, frozenset()))


def _engine(backend: str | None, version: str | None) -> str:
    """The embedded engine answers with the version of Ollama that it is like: how fast it is, its llama.cpp decides."""
    own = f", xllamacpp {metadata.version('xllamacpp')}" if backend == BackendKind.NATIVE else ""
    return f"{backend} {version or '?'}{own}"


async def _warm(server: Server) -> None:
    """A server that does not answer says so again when it is measured."""
    with suppress(Broken):
        await server.ask(prompts.short())


async def url_target(world: World, url: str, model: str | None) -> Target:
    """Raises what `find_server` raises. The key of our own servers goes to nobody on another machine."""
    local = Address.parse(url).host in ("127.0.0.1", "::1", "localhost")
    server = await find_server(url, model, read_key(world) if local else "")
    await _warm(server)
    scene = await look(world)
    here = await asyncio.to_thread(holder, server.address.port) if local else None
    environment = Environment(
        slot=None,
        url=server.address.name,
        model=server.model,
        engine=f"{server.dialect.name} {server.version}".strip(),
        context=server.context,
    )
    if local:
        environment = await asyncio.to_thread(_on_this_machine, environment, scene.card.gpu, frozenset[int]())
    return Target(server, environment, here.pid or None if here else None)


def _on_this_machine(told: Environment, gpu: GpuSnapshot, ours: frozenset[int]) -> Environment:
    machine = look_at_machine({})
    others = [p.process or str(p.pid) for p in gpu.processes if p.pid not in ours]
    return replace(
        told,
        card=gpu.name,
        card_simulated=gpu.simulated,
        driver=gpu.driver,
        power_limit_w=gpu.power_limit_w,
        others=tuple(dict.fromkeys(others)),
        processor=machine.processor,
        cores=machine.cores,
        load=round(os.getloadavg()[0], 2),
    )
