"""`gateway on`, `off` and `status`: one process under the same supervisor as the slots' engines.

Invariant: whether it runs is found by looking at processes, and what it does is asked of itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
from pathlib import Path

from arriero.core.clock import iso
from arriero.core.progress import silent
from arriero.gateway.certificates import fingerprint
from arriero.gateway.errors import CertificateInvalid
from arriero.gateway.results import ExposureStatus, GatewayOutcome, GatewayStatus
from arriero.runtime import proc
from arriero.runtime.http import Answer, NoAnswer, ask
from arriero.runtime.native.finding import Found
from arriero.runtime.native.records import GAVE_UP, SERVING
from arriero.runtime.native.supervised import Order, Supervised
from arriero.stack.describing import base_url
from arriero.stack.world import World
from arriero.state.values import Exposure

SERVICE = "_gateway"
"""No slot's id can begin so."""
HOST = "127.0.0.1"
_ARGV = ("-m", "arriero.gateway")
_LOOK_S = 2.0
_BRIDGES = ("docker", "br-", "veth", "virbr", "lxc", "podman")


async def switch_on(world: World, *, dry_run: bool = False) -> GatewayOutcome:
    """It answers afterwards with today's settings. Raises PortTaken, ServiceFailed, and what keeps it from starting."""
    world.writable_state()
    kept, order = _kept(world), _order(world)
    action = _needed(await kept.find_one(SERVICE), order)
    if action != "nothing" and not dry_run:
        with kept.only_one(SERVICE, "gateway on"):
            await kept.ensure(order, silent)
    return GatewayOutcome(action, await look(world), dry_run)


async def switch_off(world: World, *, dry_run: bool = False) -> GatewayOutcome:
    """Nothing of it is left afterwards; slots stay as they are. Raises StopIncomplete."""
    kept = _kept(world)
    found = await kept.find_one(SERVICE)
    if found.family and not dry_run:
        with kept.only_one(SERVICE, "gateway off"):
            await kept.end_all(found, silent)
    return GatewayOutcome("stop" if found.family else "nothing", await look(world), dry_run)


async def restart_if_on(world: World) -> bool:
    """For what it reads at its start alone. Whether it ran."""
    kept = _kept(world)
    if not (await kept.find_one(SERVICE)).family:
        return False
    with kept.only_one(SERVICE, "gateway on"):
        await kept.renew(_order(world), silent)
    return True


async def look(world: World) -> GatewayStatus:
    kept, port = _kept(world), world.configuration.settings.gateway.port
    found = await kept.find_one(SERVICE)
    port = found.options.port if found.options else port
    answer = await _health(port) if found.engine else None
    told = answer.json() if answer and answer.status == 200 else None
    state, now = world.writable_state(), world.clock.now()
    exposure, resting = state.exposure(), state.resting_since()
    loading = told.get("loading") if told else None
    return GatewayStatus(
        state=_state(found),
        url=base_url(HOST, port),
        pid=found.engine.pid if found.engine else None,
        restarts=found.record.restarts if found.record else None,
        last_exit=found.record.last_exit if found.record else None,
        memory_bytes=await asyncio.to_thread(proc.memory_bytes, found.family) if found.family else None,
        in_step=found.options.settings_hash == _order(world).settings_hash if found.options else None,
        answers=answer is not None,
        flying=_number(told, "flying"),
        waiting=_number(told, "waiting"),
        loading=str(loading) if loading else None,
        keys=sum(key.holds_at(now) for key in state.stored_keys()),
        exposure=exposure_status(world, exposure) if exposure else None,
        resting_since=iso(resting) if resting else None,
        log=str(kept.log(SERVICE)),
    )


def exposure_status(world: World, exposure: Exposure) -> ExposureStatus:
    """A certificate that cannot be read any more has no fingerprint; the gateway says so when it is started."""
    port = world.configuration.settings.gateway.lan_port
    try:
        shown = fingerprint(exposure.certificate)
    except CertificateInvalid:
        shown = ""
    urls = tuple(f"https://{address}:{port}/v1" for address in own_addresses())
    return ExposureStatus(urls, str(exposure.certificate), shown, iso(exposure.since))


def own_addresses() -> tuple[str, ...]:
    """This machine's IPv4 addresses that others may reach: neither loopback nor bridges to its own containers."""
    import psutil  # late: `status` does without it

    cards = [found for name, found in psutil.net_if_addrs().items() if not name.startswith(_BRIDGES)]
    found = (each.address for card in cards for each in card if each.family == socket.AF_INET)
    return tuple(sorted({address for address in found if not address.startswith("127.")}))


def _kept(world: World) -> Supervised:
    settings = world.configuration.settings
    return Supervised(settings.run_dir, settings.state_dir / "logs", argv=_ARGV, clock=world.clock)


def _order(world: World) -> Order:
    settings = world.configuration.settings
    words: tuple[str, ...]
    words = ("--slot", SERVICE, "--port", str(settings.gateway.port), "--backend", str(settings.backend))
    words += ("--simulate", settings.simulate) if settings.simulate else ()
    exposure = world.writable_state().exposure()
    read = repr((words, settings, world.configuration.slots, exposure))
    return Order(SERVICE, words, hashlib.sha256(read.encode()).hexdigest()[:12], HOST, settings.gateway.port)


def _needed(found: Found, order: Order) -> str:
    if found.engine is None or found.options is None or _state(found) == "failed":
        return "start"
    return "nothing" if found.options.settings_hash == order.settings_hash else "restart"


def _state(found: Found) -> str:
    if found.record and found.record.phase == GAVE_UP:
        return "failed"
    if not found.family:
        return "off"
    return "on" if found.record and found.record.phase == SERVING else "starting"


async def _health(port: int) -> Answer | None:
    """What it tells; 401 where it asks this machine for a key too."""
    try:
        return await ask(HOST, port, "/health", limit_s=_LOOK_S)
    except NoAnswer:
        return None


def _number(told: dict[str, object] | None, name: str) -> int | None:
    value = told.get(name) if told else None
    return value if isinstance(value, int) else None


def certificate_folder(world: World) -> Path:
    return world.configuration.settings.state_dir / "gateway"
