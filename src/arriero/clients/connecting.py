"""`connect kilo` and `disconnect kilo`: the slots into the editor's configuration, and out of it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from arriero.clients import editing, kilo
from arriero.clients.endpoints import endpoints, through_gateway
from arriero.clients.values import Connection, Endpoint
from arriero.stack.world import World

Members = dict[tuple[str, ...], object]


async def connect(world: World, home: Path, environ: Mapping[str, str], *, dry_run: bool = False) -> Connection:
    """One provider for each active slot; those of other slots stay as they are.

    Raises NothingToConnect, ClientFileInvalid, FileRefused.
    """
    given = await endpoints(world, kilo.NAME)
    members: Members = {("provider", kilo.provider_id(each.slot)): kilo.provider(each) for each in given}
    return _connected(world, kilo.config_file(home, environ), members, given, dry_run=dry_run)


async def connect_gateway(world: World, home: Path, environ: Mapping[str, str], *, dry_run: bool = False) -> Connection:
    """A single provider, with every model that the gateway has; slots' own providers stay as they are.

    Raises GatewaySilent, NothingToConnect, ClientFileInvalid, FileRefused.
    """
    given = await through_gateway(world, kilo.NAME)
    members: Members = {("provider", kilo.GATEWAY): kilo.gateway_provider(given)}
    return _connected(world, kilo.config_file(home, environ), members, given, dry_run=dry_run)


def disconnect(world: World, home: Path, environ: Mapping[str, str], *, dry_run: bool = False) -> Connection:
    """Takes out every provider of ours, whatever slot it was for. Raises ClientFileInvalid, FileRefused."""
    path = kilo.config_file(home, environ)
    before = editing.read(path)
    after, removed = editing.without_members(path, before, "provider", kilo.MARK) if before.strip() else (before, ())
    return _changed(world, path, (before, after), (), removed, dry_run=dry_run)


async def write_legacy(world: World, path: Path, *, dry_run: bool = False) -> Connection:
    """The file for 5.x, made anew each time. Raises NothingToConnect, FileRefused."""
    given = await endpoints(world, kilo.NAME)
    after = json.dumps(kilo.legacy_import(given), indent=2, ensure_ascii=False) + "\n"
    return _changed(world, path, (editing.read(path), after), given, (), dry_run=dry_run)


def _connected(
    world: World,
    path: Path,
    members: Members,
    given: tuple[Endpoint, ...],
    *,
    dry_run: bool,
) -> Connection:
    before = editing.read(path)
    text = before if before.strip() else f'{{\n  "$schema": "{kilo.SCHEMA}"\n}}\n'
    after = editing.with_members(path, text, members)
    return _changed(world, path, (before, after), given, (), dry_run=dry_run)


def _changed(
    world: World,
    path: Path,
    texts: tuple[str, str],
    given: tuple[Endpoint, ...],
    removed: tuple[str, ...],
    *,
    dry_run: bool,
) -> Connection:
    before, after = texts
    created, backup = not path.exists(), None
    if before != after and not dry_run:
        backup = editing.replace(path, after, world.clock.now().strftime("%Y%m%dT%H%M%SZ"))
    return Connection(
        client=kilo.NAME,
        file=str(path),
        created=created and bool(after),
        diff=editing.difference(path, before, after),
        backup=str(backup) if backup else None,
        providers=given,
        removed=removed,
        dry_run=dry_run,
    )
