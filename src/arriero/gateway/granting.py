"""`keys add`, `list`, `revoke`, and `expose`: who else may use the gateway.

Invariant: nothing is exposed while no key holds, and a key is told once, to whoever had it made.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from arriero.core.clock import iso
from arriero.core.ids import nearest
from arriero.gateway import certificates
from arriero.gateway.errors import ExpiryInvalid, ExposureNeedsKey, KeyTaken, KeyUnknown
from arriero.gateway.keeping import certificate_folder, exposure_status, own_addresses, restart_if_on
from arriero.gateway.keys import hash_of, new_key
from arriero.gateway.results import ExposureOutcome, ExposureStatus, KeyList, KeyStatus, NewKey
from arriero.stack.world import World
from arriero.state.values import Exposure, StoredKey

_SPAN = re.compile(r"([1-9][0-9]{0,4})([dh])")


def add_key(world: World, name: str, slots: tuple[str, ...], expires: str | None, *, dry_run: bool = False) -> NewKey:
    """Raises SlotUnknown, ExpiryInvalid, KeyTaken."""
    for slot in slots:
        world.slot(slot)
    now = world.clock.now()
    until = expiry(expires, now) if expires else None
    key = new_key()
    stored = StoredKey(name, hash_of(key), slots, now, until)
    state = world.writable_state()
    taken = any(each.name == name and each.holds_at(now) for each in state.stored_keys())
    if taken or (not dry_run and not state.add_key(stored)):
        raise KeyTaken(name)
    return NewKey(name, "" if dry_run else key, slots, iso(until) if until else None)


def list_keys(world: World) -> KeyList:
    now = world.clock.now()
    return KeyList(tuple(_told(key, now) for key in world.writable_state().stored_keys()))


def revoke_key(world: World, name: str, *, dry_run: bool = False) -> KeyStatus:
    """It stops at the next request. Raises KeyUnknown with the nearest name of one that is not revoked."""
    state = world.writable_state()
    known = [key.name for key in state.stored_keys() if key.revoked_at is None]
    if name not in known or (not dry_run and not state.revoke_key(name)):
        raise KeyUnknown(name, nearest(name, known))
    return next(_told(key, world.clock.now()) for key in state.stored_keys() if key.name == name)


def expiry(text: str, now: datetime) -> datetime:
    """`30d` and `12h` count from now; a day ends where it begins (UTC). Raises ExpiryInvalid."""
    if span := _SPAN.fullmatch(text):
        return now + (timedelta(days=int(span[1])) if span[2] == "d" else timedelta(hours=int(span[1])))
    try:
        until = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ExpiryInvalid(text) from None
    if until <= now:
        raise ExpiryInvalid(text)
    return until


async def expose(world: World, given: tuple[Path, Path] | None = None, *, dry_run: bool = False) -> ExposureOutcome:
    """`given`: certificate and private key; without them the ones that are there, else new ones, self-signed.

    Raises ExposureNeedsKey, CertificateInvalid, CertificateNotMade, and what a restart raises.
    """
    state = world.writable_state()
    holding = tuple(key.name for key in state.stored_keys() if key.holds_at(world.clock.now()))
    if not holding:
        raise ExposureNeedsKey
    if dry_run:
        return ExposureOutcome(_planned(world, given), _models(world), holding, restarted=False, dry_run=True)
    certificate, private_key = given or _own(world)
    certificates.server_context(certificate, private_key)
    state.set_exposure(certificate.absolute(), private_key.absolute())
    restarted = await restart_if_on(world)
    exposure = state.exposure()
    shown = exposure_status(world, exposure) if exposure else None
    return ExposureOutcome(shown, _models(world), holding, restarted=restarted, dry_run=False)


async def end_exposure(world: World, *, dry_run: bool = False) -> ExposureOutcome:
    """Afterwards only this machine is answered."""
    state = world.writable_state()
    restarted = False
    if not dry_run and state.end_exposure():
        restarted = await restart_if_on(world)
    return ExposureOutcome(None, (), (), restarted=restarted, dry_run=dry_run)


def _own(world: World) -> tuple[Path, Path]:
    """The certificate that was shown stays the one that others have come to know."""
    exposure = world.writable_state().exposure()
    folder = certificate_folder(world)
    there = folder / "certificate.pem", folder / "key.pem"
    if exposure:
        return exposure.certificate, exposure.private_key
    return there if all(path.exists() for path in there) else certificates.make(folder, own_addresses())


def _planned(world: World, given: tuple[Path, Path] | None) -> ExposureStatus:
    folder = certificate_folder(world)
    certificate, private_key = given or (folder / "certificate.pem", folder / "key.pem")
    shown = exposure_status(world, Exposure(certificate, private_key, world.clock.now()))
    return ExposureStatus(shown.urls, shown.certificate, shown.fingerprint, None)


def _models(world: World) -> tuple[str, ...]:
    return tuple(slot.id for slot in world.configuration.slots)


def _told(key: StoredKey, now: datetime) -> KeyStatus:
    state = "revoked" if key.revoked_at else "holds" if key.holds_at(now) else "expired"
    moments = [iso(moment) if moment else None for moment in (key.expires_at, key.revoked_at)]
    return KeyStatus(key.name, state, key.slots, iso(key.created_at), *moments)
