"""`gateway on|off|status`, `keys add|list|revoke`, `expose`: one address for every model, and who may use it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from arriero.cli.asking import agrees, must_ask
from arriero.cli.call import Call, Reply
from arriero.cli.errors import ArgumentMissing, OptionsClash
from arriero.cli.render import gateway as render
from arriero.gateway import granting, keeping
from arriero.gateway.results import ExposureOutcome, GatewayOutcome


def on(call: Call) -> Reply:
    return _switched(call, asyncio.run(keeping.switch_on(call.world(), dry_run=call.args.dry_run)))


def off(call: Call) -> Reply:
    return _switched(call, asyncio.run(keeping.switch_off(call.world(), dry_run=call.args.dry_run)))


def status(call: Call) -> Reply:
    told = asyncio.run(keeping.look(call.world()))
    return Reply(told, render.render_gateway(told, call.look))


def add_key(call: Call) -> Reply:
    args = call.args
    slots = tuple(slot.strip() for slot in (args.slots or "").split(",") if slot.strip())
    made = granting.add_key(call.world(), args.name, slots, args.expires, dry_run=args.dry_run)
    return Reply(made, render.render_new_key(made, call.look, dry_run=args.dry_run))


def list_keys(call: Call) -> Reply:
    listed = granting.list_keys(call.world())
    return Reply(listed, render.render_keys(listed, call.look))


def revoke_key(call: Call) -> Reply:
    done = granting.revoke_key(call.world(), call.args.name, dry_run=call.args.dry_run)
    return Reply(done, render.render_revoked(done, call.look, dry_run=call.args.dry_run))


def expose(call: Call) -> Reply:
    """On a terminal, what will be reachable is shown first, and done if the user agrees."""
    args, world = call.args, call.world()
    if args.lan and args.off:
        raise OptionsClash(args.verb, "--lan", "--off")
    if not (args.lan or args.off):
        raise ArgumentMissing(args.verb, "--lan | --off")
    if args.off:
        return _exposed(call, asyncio.run(granting.end_exposure(world, dry_run=args.dry_run)))
    given = _given(call)
    if not args.dry_run and must_ask(call):
        planned = asyncio.run(granting.expose(world, given, dry_run=True))
        call.out.write(render.render_exposure(planned, call.look) + "\n")
        if not agrees(call):
            return Reply(planned, call.texts.nothing_changed)
    return _exposed(call, asyncio.run(granting.expose(world, given, dry_run=args.dry_run)))


def _given(call: Call) -> tuple[Path, Path] | None:
    certificate, private_key = call.args.certificate, call.args.certificate_key
    if bool(certificate) != bool(private_key):
        raise ArgumentMissing(call.args.verb, "--certificate-key" if certificate else "--certificate")
    return (Path(certificate), Path(private_key)) if certificate else None


def _switched(call: Call, outcome: GatewayOutcome) -> Reply:
    return Reply(outcome, render.render_gateway_outcome(outcome, call.look))


def _exposed(call: Call, outcome: ExposureOutcome) -> Reply:
    return Reply(outcome, render.render_exposure(outcome, call.look))
