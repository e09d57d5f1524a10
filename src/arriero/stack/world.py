"""The collaborators of every use case, and how they come together from a Configuration."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from arriero.config.specs import Configuration, Settings, SlotSpec, VariantSpec
from arriero.core.clock import Clock, SystemClock, iso
from arriero.core.errors import ArrieroError
from arriero.core.files import CommandRunning, command_lock
from arriero.core.ids import nearest
from arriero.core.progress import Progress, Report
from arriero.hardware.gpu import Gpu
from arriero.planner import Reason
from arriero.runtime.backend import Backend, ServiceSpec
from arriero.stack.choosing import Candidates, choose, choose_at_once
from arriero.stack.errors import SlotUnknown, VariantUnknown
from arriero.stack.rights import require_own
from arriero.state import State
from arriero.store import Store

_TURN_EVERY_S = 0.1


@dataclass(frozen=True)
class World:
    """`others` are the backends that are not the chosen one but may have something of ours running.

    `state` is None when the database cannot be opened now (`state_fault` says why): reading goes on without it."""

    configuration: Configuration
    backend: Backend
    backend_reason: Reason
    store: Store
    state: State | None
    state_fault: ArrieroError | None
    clock: Clock
    gpu: Gpu
    others: tuple[Backend, ...] = ()

    def slot(self, slot_id: str) -> SlotSpec:
        """Raises SlotUnknown with the nearest name."""
        found = self.configuration.slot(slot_id)
        if found is None:
            known = tuple(s.id for s in self.configuration.slots)
            raise SlotUnknown(slot_id, nearest(slot_id, list(known)), known)
        return found

    def variant(self, slot: SlotSpec, name: str | None) -> VariantSpec:
        """The named variant of a slot, its default one without a name. Raises VariantUnknown."""
        found = slot.variant(name)
        if found is None:
            known = tuple(v.name for v in slot.variants)
            raise VariantUnknown(slot.id, name or slot.default_variant, nearest(name or "", list(known)), known)
        return found

    def service(self, slot: SlotSpec, variant: VariantSpec) -> ServiceSpec:
        return service_of(self.configuration.settings, slot, variant)

    def writable_state(self) -> State:
        """The database for who must write to it. Raises what kept it from being opened."""
        if self.state is None:
            assert self.state_fault is not None
            raise self.state_fault
        return self.state

    @contextmanager
    def command(self, name: str) -> Iterator[None]:
        """Holds the lock of mutating commands. Raises CommandRunning, or why the database cannot be written."""
        state = self.writable_state()
        lock = self.configuration.settings.state_dir / "command.lock"
        with command_lock(lock, name, iso(self.clock.now())), state.held_open():
            yield

    @asynccontextmanager
    async def turn(self, name: str, report: Report) -> AsyncIterator[None]:
        """`command` for who has worked long without the lock and would lose that work: waits for whoever holds it.

        Reports `command.wait` once, with the other command's name. Raises why the database cannot be written.
        """
        with ExitStack() as held:
            told = False
            while (other := self._take(held, name)) is not None:
                if not told:
                    report(Progress("command.wait", params={"command": other.command}))
                    told = True
                await self.clock.sleep(_TURN_EVERY_S)
            yield

    def _take(self, held: ExitStack, name: str) -> CommandRunning | None:
        try:
            held.enter_context(self.command(name))
        except CommandRunning as other:
            return other
        return None


def service_of(settings: Settings, slot: SlotSpec, variant: VariantSpec) -> ServiceSpec:
    """What a backend is told of a slot."""
    return ServiceSpec(
        slot=slot.id,
        name=f"ollama-{slot.id}",
        host=settings.bind,
        port=slot.port,
        models_dir=settings.models_dir,
        model=str(variant.reference),
        context=slot.context_of(variant),
        kv_cache=str(slot.kv_cache_of(variant)),
        keep_alive=settings.engine.keep_alive,
        parallel=settings.engine.parallel,
        max_queue=settings.engine.max_queue,
        max_body_bytes=settings.engine.max_body_bytes,
        origins=settings.engine.origins,
        threads=settings.engine.threads,
        api_key_file=settings.engine.api_key_file,
        speculation=str(slot.speculation),
        gpu=settings.gpu,
    )


def open_world(
    configuration: Configuration, clock: Clock | None = None, environ: Mapping[str, str] | None = None
) -> World:
    """Opens store, state and backend for one command; not inside a running event loop where the backend has to be
    looked for. Raises EngineUnavailable's children where Docker is asked for and its address makes no sense.
    """
    clock = clock or SystemClock()
    settings = configuration.settings
    shell = os.environ if environ is None else environ
    state, fault = _open_state(configuration, clock, shell)
    candidates = Candidates(configuration, _services(configuration, state), shell, clock)
    choice = choose_at_once(candidates) or asyncio.run(choose(candidates))
    gpu = Gpu(settings.gpu, settings.simulate, settings.run_dir)
    return World(
        configuration=configuration,
        backend=choice.backend,
        backend_reason=choice.reason,
        store=Store(settings.models_dir),
        state=state,
        state_fault=fault,
        clock=clock,
        gpu=gpu,
        others=choice.others,
    )


def _services(configuration: Configuration, state: State | None) -> tuple[ServiceSpec, ...]:
    """Every slot's, with the variant that was last asked for. A database that cannot be read now has no say in it."""
    try:
        wished = state.desired() if state else {}
    except ArrieroError:
        wished = {}
    return tuple(
        service_of(configuration.settings, slot, variant)
        for slot in configuration.slots
        if (variant := slot.variant(wished[slot.id].variant if slot.id in wished else None) or slot.variant())
    )


def _open_state(
    configuration: Configuration, clock: Clock, environ: Mapping[str, str]
) -> tuple[State | None, ArrieroError | None]:
    try:
        require_own(configuration.settings, environ)
        return State.open(configuration.settings.database, clock=clock)[0], None
    except ArrieroError as fault:
        return None, fault
